/**
 * One unfragmented, unmasked WebSocket text frame (RFC 6455, 5.2): what a server sends is the same bytes for every
 * socket, so a frame for many is built once. Control frames and the closing handshake stay with `ws`; both write to the
 * same stream in whole frames, which is safe because nothing is compressed.
 */
export function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const headerBytes = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(headerBytes + length);
  frame[0] = 0x81;
  if (headerBytes === 2) frame[1] = length;
  else if (headerBytes === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeUInt32BE(0, 2);
    frame.writeUInt32BE(length, 6);
  }
  frame.write(text, headerBytes, 'utf8');
  return frame;
}
