import { describe, expect, it } from 'vitest';
import { batchFrames, type Passage } from './batch-frames.js';

const directory = {
  peer: (name: string) => (name === 'gone' ? undefined : name),
  group: (name: string) => (name === 'team' ? ['ann', 'bob', 'cem', 'dee'] : []),
};

const say = (sender: string, id: number, to: Passage<string>['to']): Passage<string> => ({
  sender,
  id,
  to,
  json: JSON.stringify(`${sender} ${id}`),
});

const framesOf = (...batch: Passage<string>[]): Record<string, unknown> =>
  Object.fromEntries([...batchFrames(batch, directory)].map(([client, frame]) => [client, JSON.parse(String(frame))]));

describe('frames of a committed batch', () => {
  it('holds acks and deliveries of a socket in one frame', () => {
    const frames = framesOf(
      say('ann', 1, { peer: 'bob' }),
      say('bob', 7, { peer: 'ann' }),
      say('ann', 2, { peer: 'bob' }),
    );
    expect(frames).toEqual({
      ann: { acks: [1, 2], messages: ['bob 7'] },
      bob: { acks: [7], messages: ['ann 1', 'ann 2'] },
    });
  });

  it('gives a group message to every member but its sender', () => {
    const frames = framesOf(
      say('ann', 1, { group: 'team' }),
      say('bob', 1, { group: 'team' }),
      say('cem', 4, { peer: 'dee' }),
    );
    expect(frames).toEqual({
      ann: { acks: [1], messages: ['bob 1'] },
      bob: { acks: [1], messages: ['ann 1'] },
      cem: { acks: [4], messages: ['ann 1', 'bob 1'] },
      dee: { acks: [], messages: ['cem 4', 'ann 1', 'bob 1'] },
    });
  });

  it('acknowledges what nobody is there to receive', () => {
    expect(framesOf(say('ann', 1, { peer: 'gone' }))).toEqual({ ann: { acks: [1], messages: [] } });
  });
});
