import { PassThrough } from 'node:stream';
import { Receiver } from 'ws';
import { describe, expect, it, vi } from 'vitest';
import { FlushQueue, Outbox, SharedFrame } from './outbox.js';
import { textFrame } from './text-frame.js';

/** Messages as `ws` reads them from these bytes. */
async function messagesIn(bytes: Buffer): Promise<string[]> {
  const receiver = new Receiver({ isServer: false });
  const messages: string[] = [];
  receiver.on('message', (data: Buffer) => messages.push(data.toString()));
  await new Promise((resolve) => receiver.end(bytes, resolve as () => void));
  return messages;
}

const slow = { slowReader: vi.fn() };
const outboxOn = (stream: PassThrough, limitBytes = 1_000_000): Outbox =>
  new Outbox(stream, new FlushQueue(), limitBytes, slow);
const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('textFrame', () => {
  it.each([0, 1, 125, 126, 127, 65_535, 65_536, 200_000])('is read by ws at %d bytes', async (length) => {
    const text = 'x'.repeat(length);
    expect(await messagesIn(textFrame(text))).toEqual([text]);
  });

  it('counts bytes, not characters', async () => {
    const text = '😀é'.repeat(100);
    expect(await messagesIn(textFrame(text))).toEqual([text]);
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
    expect(await messagesIn(stream.read() as Buffer)).toEqual(['[{"a":1},{"a":2}]', '{"a":3}']);
  });

  it('keeps the order of own and shared frames, and never joins more than a message may hold', async () => {
    const stream = new PassThrough({ highWaterMark: 1_000_000 });
    const outbox = outboxOn(stream);
    outbox.push('1');
    outbox.push(new SharedFrame('2'));
    for (let i = 0; i < 300; i++) outbox.push('3');
    await tick();
    const messages = await messagesIn(stream.read() as Buffer);
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
    await flushed;
  });
});
