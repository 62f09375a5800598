import { DELETED_REVISION } from '../store/record.js';

/**
 * The few parts of protobuf's encoding that answers need. Written by hand because the generated classes cost ten times
 * as much per event, and because the well-known types (Any, Empty) are none of the client package's own files.
 */

const VARINT = 0;
const DELIMITED = 2;
const MAX_INT64 = 2n ** 63n - 1n;

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}

function bigVarint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}

function tag(field: number, wireType: number): Buffer {
  return varint(field * 8 + wireType);
}

/** An integer from 0 to 2^53 - 1, or `DELETED_REVISION`, which is 2^63 - 1. */
export function integer(field: number, value: number): Buffer {
  const bytes = value === DELETED_REVISION ? bigVarint(MAX_INT64) : varint(value);
  return Buffer.concat([tag(field, VARINT), bytes]);
}

/** Any integer of 64 bits, signed. */
export function int64(field: number, value: bigint): Buffer {
  return Buffer.concat([tag(field, VARINT), bigVarint(value)]);
}

export function bytes(field: number, value: Uint8Array): Buffer {
  return Buffer.concat([tag(field, DELIMITED), varint(value.length), value]);
}

export function text(field: number, value: string): Buffer {
  return bytes(field, Buffer.from(value));
}

export function message(field: number, ...parts: readonly Buffer[]): Buffer {
  return bytes(field, Buffer.concat(parts));
}
