import { expect, it } from 'vitest';
import { decodeRecord } from './record-headers.js';
import { roundsOf } from './kafka-event-topic.js';
import type { TopicRecord } from './topic-records.js';

const record = (position: number, dataBytes: number): TopicRecord => {
  const facts = { eventId: `e${position}`, type: 'MessageSent.v1', metadata: '{}', time: 0, revision: 0, position };
  return { after: position - 1, position, event: { ...facts, stream: 's-1', data: 'x'.repeat(dataBytes) } };
};

it('cuts what goes to one partition into requests that fit, in order, one too large event alone', () => {
  const own = [record(1, 300), record(2, 300), record(3, 9_000), record(4, 10), record(5, 10)];
  const other = [{ after: 0, position: 5, event: null }];
  const rounds = roundsOf([own, other], 2_000);
  const positions = rounds.map(({ messages }) =>
    messages.map(({ partition, headers = {}, value }) => {
      const texts = Object.fromEntries(
        Object.entries(headers).map(([name, text]) => [name, Buffer.from(String(text))]),
      );
      return [partition, decodeRecord({ headers: texts, value: value === null ? null : Buffer.from(value) })?.position];
    }),
  );
  expect(positions).toEqual([
    [
      [0, 1],
      [0, 2],
      [1, 5],
    ],
    [[0, 3]],
    [
      [0, 4],
      [0, 5],
    ],
  ]);
});
