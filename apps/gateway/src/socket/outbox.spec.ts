import { PassThrough } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { FlushQueue, Outbox, SharedFrame } from './outbox.js';
import { textFrame } from './text-frame.js';

/** The text messages in these bytes, by RFC 6455: final, unmasked, shortest form of the length. */
function messagesIn(bytes: Buffer): string[] {
  const messages: string[] = [];
  for (let at = 0; at < bytes.length;) {
    expect(bytes[at]).toBe(0x81);
    const short = bytes[at + 1] ?? 0;
    const [header, length] =
      short < 126
        ? [2, short]
        : short === 126
          ? [4, bytes.readUInt16BE(at + 2)]
          : [10, Number(bytes.readBigUInt64BE(at + 2))];
    expect(length).toBeGreaterThan(short === 127 ? 65_535 : short === 126 ? 125 : -1);
    messages.push(bytes.toString('utf8', at + header, at + header + length));
    at += header + length;
  }
  return messages;
}

const slow = { slowReader: vi.fn<() => void>() };
const outboxOn = (stream: PassThrough, limitBytes = 1_000_000): Outbox =>
  new Outbox(stream, new FlushQueue(), limitBytes, slow);
const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('textFrame', () => {
  it.each([0, 1, 125, 126, 127, 65_535, 65_536, 200_000])('is one message at %d bytes', (length) => {
    const text = 'x'.repeat(length);
    expect(messagesIn(textFrame(text))).toEqual([text]);
  });

  it('counts bytes, not characters', () => {
    const text = '😀é'.repeat(100);
    expect(messagesIn(textFrame(text))).toEqual([text]);
  });
});

describe('an outbox', () => {
  it('sends the frames of a tick as one message, one alone as it is', async () => {
    const stream = new PassThrough();
    const outbox = outboxOn(stream);
    outbox.push('{"a":1}');
    outbox.push('{"a":2}');
    await tick();
    outbox.push('{"a":3}');
    await tick();
    expect(messagesIn(stream.read() as Buffer)).toEqual(['[{"a":1},{"a":2}]', '{"a":3}']);
  });

  it('keeps the order of own and shared frames, and never joins more than a message may hold', async () => {
    const stream = new PassThrough({ highWaterMark: 1_000_000 });
    const outbox = outboxOn(stream);
    outbox.push('1');
    outbox.push(new SharedFrame('2'));
    for (let i = 0; i < 300; i++) outbox.push('3');
    await tick();
    const messages = messagesIn(stream.read() as Buffer);
    expect(messages.slice(0, 2)).toEqual(['1', '2']);
    expect(messages.slice(2).map((message) => (JSON.parse(message) as unknown[]).length)).toEqual([256, 44]);
  });

  it('encodes a shared frame once for all', async () => {
    const shared = new SharedFrame('{"for":"many"}');
    expect(shared.bytes).toBe(shared.bytes);
  });

  it('gives up a reader that does not read, and holds nothing more for it', async () => {
    const stream = new PassThrough({ highWaterMark: 10 });
    const outbox = outboxOn(stream, 1_000);
    for (let i = 0; i < 100; i++) {
      outbox.push('x'.repeat(100));
      await tick();
    }
    expect(slow.slowReader).toHaveBeenCalledTimes(1);
    expect(outbox.open).toBe(false);
    expect(outbox.unsent).toBeLessThan(1_400);
  });

  it('takes one frame of any size, and says when it has left', async () => {
    const stream = new PassThrough({ highWaterMark: 10 });
    const outbox = outboxOn(stream, 1_000);
    outbox.push('x'.repeat(50_000));
    let left = false;
    const flushed = outbox.flushed().then(() => (left = true));
    await tick();
    expect(left).toBe(false);
    stream.resume();
    await flushed;
    expect(outbox.open).toBe(true);
  });

  it('lets those go who wait for a socket that is gone', async () => {
    const stream = new PassThrough({ highWaterMark: 10 });
    const outbox = outboxOn(stream);
    outbox.push('x'.repeat(50_000));
    const flushed = outbox.flushed();
    stream.destroy();
    await expect(flushed).resolves.toBeUndefined();
  });
});
