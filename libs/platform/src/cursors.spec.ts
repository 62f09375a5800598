import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createCursorCodec } from './cursors.js';

const secret = Buffer.from('a secret of at least thirty-two characters');
const cursors = createCursorCodec(secret);

describe('cursors', () => {
  it('bring back what was put in', () => {
    expect(cursors.decode('p', cursors.encode('p', 'ä 12'))).toBe('ä 12');
    expect(cursors.decodePosition(cursors.encodePosition(2 ** 53 - 1))).toBe(2 ** 53 - 1);
  });

  it('are signed with 96 bits of HMAC-SHA-256, on every node alike', () => {
    const [kind, value, signature] = cursors.encodePosition(7).split('.');
    const wanted = createHmac('sha256', secret).update(`${kind}.${value}`).digest().subarray(0, 12);
    expect(signature).toBe(wanted.toString('base64url'));
  });

  it('of another kind, another secret or changed on the way are refused', () => {
    const cursor = cursors.encode('p', 'x');
    const other = createCursorCodec(Buffer.from('another secret of thirty-two characters'));
    expect(() => cursors.decode('q', cursor)).toThrow('Not a cursor');
    expect(() => other.decode('p', cursor)).toThrow('Not a cursor');
    expect(() => cursors.decode('p', `${cursor}.x`)).toThrow('Not a cursor');
    expect(() => cursors.decode('p', cursor.replace(/^p\../, 'p.Z'))).toThrow('Not a cursor');
    expect(() => cursors.decodePosition(cursors.encode('s', 'zzzzzzzzzzzzzzz'))).toThrow('Not a cursor');
  });
});
