import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import { ParleyError } from './problem.js';

/** Opaque, signed paging and sync cursors. They never expire: a kind and a value, and 96 bits of HMAC-SHA-256. */
export interface CursorCodec {
  encode(kind: string, value: string): string;
  /** @throws ParleyError `invalid_cursor` */
  decode(kind: string, token: string): string;
  /** The sync cursor of a log position; the same for everybody, so that a gateway makes it once a batch. */
  encodePosition(position: number): string;
  /** @throws ParleyError `invalid_cursor` */
  decodePosition(token: string): number;
}

const signatureBytes = 12;
const syncKind = 's';

export function createCursorCodec(secret: Uint8Array): CursorCodec {
  // As bytes it would be made a key object again for each cursor, at five times the cost.
  const key = createSecretKey(secret);
  const sign = (text: string): Buffer => createHmac('sha256', key).update(text).digest().subarray(0, signatureBytes);

  const encode = (kind: string, value: string): string => {
    const payload = `${kind}.${Buffer.from(value).toString('base64url')}`;
    return `${payload}.${sign(payload).toString('base64url')}`;
  };
  const decode = (kind: string, token: string): string => {
    const [tokenKind, value, signature, ...rest] = token.split('.');
    if (tokenKind !== kind || value === undefined || signature === undefined || rest.length > 0) throw invalid();
    const given = Buffer.from(signature, 'base64url');
    const wanted = sign(`${kind}.${value}`);
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) throw invalid();
    return Buffer.from(value, 'base64url').toString();
  };
  return {
    encode,
    decode,
    encodePosition: (position) => encode(syncKind, position.toString(36)),
    decodePosition: (token) => {
      const position = Number.parseInt(decode(syncKind, token), 36);
      if (!Number.isSafeInteger(position) || position < 0) throw invalid();
      return position;
    },
  };
}

const invalid = (): ParleyError => new ParleyError('invalid_cursor');
