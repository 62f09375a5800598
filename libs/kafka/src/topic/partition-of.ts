import { murmur2 } from './murmur2.js';

/** `conversation-cnv_1` and `receipts-cnv_1` are cnv_1, `user-usr_1` is usr_1: what belongs together stays in order. */
export const keyOf = (stream: string): string => stream.slice(stream.indexOf('-') + 1);

/** As Kafka's own clients choose it for this key, so that anybody can compute it. */
export const partitionOfKey = (key: string, partitions: number): number =>
  (murmur2(Buffer.from(key)) & 0x7fffffff) % partitions;

export const partitionOfStream = (stream: string, partitions: number): number =>
  partitionOfKey(keyOf(stream), partitions);
