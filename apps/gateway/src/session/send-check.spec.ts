import { clientFrames } from '@parley/protocol';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readFrame } from './read-frame.js';
import { isPlainSend } from './send-check.js';

const good = {
  type: 'send',
  ref: 1,
  conversationId: 'cnv_0199aa',
  clientMessageId: 'a-1',
  content: { type: 'text.v1', text: 'héllo' },
};

/** Values that are nearly right, and some that are not at all. */
const value = fc.oneof(
  fc.constantFrom<unknown>(
    'send',
    'text.v1',
    'cnv_0199aa',
    'cnv_',
    'cnv_ä111',
    'usr_0199aa',
    '',
    ' ',
    'a\n',
    'x'.repeat(65),
  ),
  fc.constantFrom<unknown>(0, 1, -1, 1.5, 2 ** 53, Number.MAX_SAFE_INTEGER, -0, null, true, [], {}, undefined),
  fc.string({ unit: 'binary' }),
  fc.jsonValue(),
);
const content = fc.oneof(
  fc.record({ type: fc.constant('text.v1'), text: fc.string({ unit: 'binary' }) }),
  fc.dictionary(fc.constantFrom('type', 'text', 'scheme', '__proto__'), value),
  value,
);
const frame = fc
  .record({
    base: fc.constant(good),
    changes: fc.dictionary(
      fc.constantFrom('type', 'ref', 'conversationId', 'clientMessageId', 'replyTo', 'mentions', 'extra', 'toString'),
      value,
      { maxKeys: 2 },
    ),
    content: fc.option(content, { nil: undefined }),
    left: fc.option(fc.constantFrom('ref', 'content', 'type', 'clientMessageId'), { nil: undefined }),
  })
  .map(({ base, changes, content, left }) => {
    const made: Record<string, unknown> = { ...base, ...changes, ...(content === undefined ? {} : { content }) };
    if (left !== undefined) Reflect.deleteProperty(made, left);
    // As it comes from the wire.
    return JSON.parse(JSON.stringify(made)) as Record<string, unknown>;
  });

describe('the fast check of send', () => {
  it('says yes to nothing that the schema refuses or reads otherwise', () => {
    let yes = 0;
    fc.assert(
      fc.property(frame, (candidate) => {
        if (!isPlainSend(candidate)) return;
        yes++;
        const parsed = clientFrames.send.safeParse(candidate);
        expect(parsed.success).toBe(true);
        expect(parsed.data).toEqual(candidate);
      }),
      { numRuns: 5_000 },
    );
    expect(yes).toBeGreaterThan(100);
  });

  it('says yes to what clients send', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), fc.nat(), (text, ref) => {
        expect(isPlainSend({ ...good, ref, content: { type: 'text.v1', text } })).toBe(true);
      }),
    );
  });

  it('leaves replies, mentions and sealed content to the schema', () => {
    const reply = { ...good, replyTo: 3, mentions: ['usr_0199aa'] };
    expect(isPlainSend(reply)).toBe(false);
    expect(readFrame(reply)).toEqual(reply);
  });
});
