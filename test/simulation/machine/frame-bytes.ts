/** What a client's socket makes of the bytes of a server: an HTTP answer, then unmasked WebSocket frames (RFC 6455). */
export type Received =
  | { readonly type: 'opened' }
  | { readonly type: 'refused'; readonly status: number }
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'ping'; readonly payload: Buffer }
  | { readonly type: 'closed'; readonly code: number; readonly reason: string };

const endOfHead = Buffer.from('\r\n\r\n');

/** Bytes in pieces of any size, in order. */
export class FrameReader {
  #bytes: Buffer = Buffer.alloc(0);
  #opened = false;

  take(piece: Buffer): Received[] {
    this.#bytes = this.#bytes.length === 0 ? piece : Buffer.concat([this.#bytes, piece]);
    const received: Received[] = [];
    for (let one = this.#next(); one !== null; one = this.#next()) received.push(one);
    return received;
  }

  #next(): Received | null {
    return this.#opened ? this.#frame() : this.#head();
  }

  #head(): Received | null {
    const end = this.#bytes.indexOf(endOfHead);
    if (end < 0) return null;
    const status = Number(this.#bytes.subarray(9, 12).toString());
    this.#bytes = this.#bytes.subarray(end + endOfHead.length);
    if (status !== 101) {
      this.#bytes = Buffer.alloc(0);
      return { type: 'refused', status };
    }
    this.#opened = true;
    return { type: 'opened' };
  }

  #frame(): Received | null {
    const bytes = this.#bytes;
    if (bytes.length < 2) return null;
    const opcode = bytes[0]! & 0x0f;
    let length = bytes[1]! & 0x7f;
    let head = 2;
    if (length === 126) {
      if (bytes.length < 4) return null;
      length = bytes.readUInt16BE(2);
      head = 4;
    } else if (length === 127) {
      if (bytes.length < 10) return null;
      length = Number(bytes.readBigUInt64BE(2));
      head = 10;
    }
    if (bytes.length < head + length) return null;
    const payload = bytes.subarray(head, head + length);
    this.#bytes = bytes.subarray(head + length);
    if (opcode === 1) return { type: 'text', text: payload.toString() };
    if (opcode === 8) {
      const code = length >= 2 ? payload.readUInt16BE(0) : 1005;
      return { type: 'closed', code, reason: payload.subarray(2).toString() };
    }
    if (opcode === 9) return { type: 'ping', payload };
    throw new Error(`a frame of opcode ${opcode} from a server`);
  }
}

/** A frame as clients send it: masked, with a mask that changes nothing. */
export function clientFrame(opcode: 1 | 8 | 10, payload: Buffer): Buffer {
  const { length } = payload;
  const head = Buffer.alloc(length < 126 ? 6 : length < 65_536 ? 8 : 14);
  head[0] = 0x80 | opcode;
  if (length < 126) head[1] = 0x80 | length;
  else if (length < 65_536) {
    head[1] = 0x80 | 126;
    head.writeUInt16BE(length, 2);
  } else {
    head[1] = 0x80 | 127;
    head.writeBigUInt64BE(BigInt(length), 2);
  }
  return Buffer.concat([head, payload]);
}

export function closePayload(code: number, reason: string): Buffer {
  const payload = Buffer.alloc(2 + Buffer.byteLength(reason));
  payload.writeUInt16BE(code, 0);
  payload.write(reason, 2);
  return payload;
}
