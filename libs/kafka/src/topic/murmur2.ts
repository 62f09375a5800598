const seed = 0x9747b28c;
const multiplier = 0x5bd1e995;

/** The 32-bit hash by which Kafka's own clients choose the partition of a key. */
export function murmur2(data: Uint8Array): number {
  const words = data.length >> 2;
  let hash = seed ^ data.length;
  for (let word = 0; word < words; word++) {
    let k = Math.imul(wordAt(data, word << 2), multiplier);
    k ^= k >>> 24;
    hash = Math.imul(hash, multiplier) ^ Math.imul(k, multiplier);
  }
  const rest = words << 2;
  const left = data.length - rest;
  if (left > 2) hash ^= byteAt(data, rest + 2) << 16;
  if (left > 1) hash ^= byteAt(data, rest + 1) << 8;
  if (left > 0) hash = Math.imul(hash ^ byteAt(data, rest), multiplier);
  hash = Math.imul(hash ^ (hash >>> 13), multiplier);
  return hash ^ (hash >>> 15);
}

const byteAt = (data: Uint8Array, index: number): number => data[index] ?? 0;

const wordAt = (data: Uint8Array, index: number): number =>
  byteAt(data, index) |
  (byteAt(data, index + 1) << 8) |
  (byteAt(data, index + 2) << 16) |
  (byteAt(data, index + 3) << 24);
