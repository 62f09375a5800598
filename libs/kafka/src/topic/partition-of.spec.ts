import * as fc from 'fast-check';
import { Partitioners } from 'kafkajs';
import { expect, it } from 'vitest';
import { keyOf, partitionOfKey, partitionOfStream } from './partition-of.js';

it('chooses as the partitioner of the client library does, whatever the key', () => {
  const partition = Partitioners.DefaultPartitioner();
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 12 }), (key, count) => {
      const partitionMetadata = Array.from({ length: count }, (_, partitionId) => ({
        partitionErrorCode: 0,
        partitionId,
        leader: 0,
        replicas: [],
        isr: [],
      }));
      const expected = partition({ topic: 't', partitionMetadata, message: { key, value: null } });
      expect(partitionOfKey(key, count)).toBe(expected);
    }),
  );
});

// Of the tests of Kafka's Java client.
it.each([
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
])('hashes %s as the Java client does', (key, hash) => {
  expect(partitionOfKey(key, 1_000_003)).toBe((hash & 0x7fffffff) % 1_000_003);
});

it('keeps a conversation and its receipts together', () => {
  expect(keyOf('conversation-cnv_1')).toBe('cnv_1');
  expect(keyOf('user-usr_a-b')).toBe('usr_a-b');
  expect(keyOf('odd')).toBe('odd');
  expect(partitionOfStream('receipts-cnv_1', 6)).toBe(partitionOfStream('conversation-cnv_1', 6));
});
