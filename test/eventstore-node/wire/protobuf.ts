import { DELETED_REVISION } from '../store/record.js';

const VARINT = 0;
const DELIMITED = 2;
const MAX_INT64 = 2n ** 63n - 1n;

/**
 * A protobuf message being written: the few parts of the encoding that answers need. By hand because the generated
 * classes cost many times as much for an event, and because the well-known types (Any, Empty) are none of the client
 * package's own files.
 */
export class Message {
  #bytes = Buffer.allocUnsafe(256);
  #length = 0;

  /** An integer from 0 to 2^53 - 1, or `DELETED_REVISION`, which is 2^63 - 1. */
  integer(field: number, value: number): this {
    if (value === DELETED_REVISION) return this.int64(field, MAX_INT64);
    this.#tag(field, VARINT);
    this.#varint(value);
    return this;
  }

  /** Any integer of 64 bits, signed. */
  int64(field: number, value: bigint): this {
    this.#tag(field, VARINT);
    this.#reserve(10);
    let rest = BigInt.asUintN(64, value);
    while (rest > 127n) {
      this.#bytes[this.#length++] = Number(rest & 127n) | 128;
      rest >>= 7n;
    }
    this.#bytes[this.#length++] = Number(rest);
    return this;
  }

  bytes(field: number, value: Uint8Array): this {
    this.#tag(field, DELIMITED);
    this.#varint(value.length);
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
    return this;
  }

  text(field: number, value: string): this {
    const length = Buffer.byteLength(value);
    this.#tag(field, DELIMITED);
    this.#varint(length);
    this.#reserve(length);
    this.#length += this.#bytes.write(value, this.#length);
    return this;
  }

  /** A message within this one; empty without `fill`. */
  message(field: number, fill?: (message: Message) => void): this {
    this.#tag(field, DELIMITED);
    // The length goes in front and is known behind: most fit into the one byte that is left for it.
    this.#reserve(1);
    const start = (this.#length += 1);
    fill?.(this);
    const length = this.#length - start;
    const wider = varintSize(length) - 1;
    if (wider > 0) {
      this.#reserve(wider);
      this.#bytes.copyWithin(start + wider, start, this.#length);
    }
    this.#length = start - 1;
    this.#varint(length);
    this.#length += length;
    return this;
  }

  finish(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #tag(field: number, wireType: number): void {
    this.#varint(field * 8 + wireType);
  }

  #varint(value: number): void {
    this.#reserve(8);
    let rest = value;
    while (rest > 127) {
      this.#bytes[this.#length++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#length++] = rest;
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + more));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}

function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest > 127; rest = Math.floor(rest / 128)) size += 1;
  return size;
}
