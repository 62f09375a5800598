import { type ClientFrameOf, clientMessageId, conversationId } from '@parley/protocol';

const conversationIdPattern = patternOf(conversationId);
const clientMessageIdPattern = patternOf(clientMessageId);

/**
 * Says of nearly every valid `send` that it is one, ten times as fast as the schema. It never says so of a frame that
 * the schema refuses; of any other frame the schema has the last word (replies, mentions, sealed content, mistakes).
 */
export function isPlainSend(frame: Readonly<Record<string, unknown>>): frame is ClientFrameOf<'send'> {
  const { ref, conversationId, clientMessageId, content } = frame;
  if (frame['type'] !== 'send' || Object.keys(frame).length !== 5) return false;
  if (typeof ref !== 'number' || !Number.isSafeInteger(ref) || ref < 0) return false;
  if (typeof conversationId !== 'string' || !conversationIdPattern.test(conversationId)) return false;
  if (typeof clientMessageId !== 'string' || !clientMessageIdPattern.test(clientMessageId)) return false;
  if (typeof content !== 'object' || content === null) return false;
  const { type, text } = content as Readonly<Record<string, unknown>>;
  return type === 'text.v1' && typeof text === 'string' && text.length > 0 && Object.keys(content).length === 2;
}

/** The very pattern of the schema, so that the two cannot drift apart. */
function patternOf(schema: typeof conversationId): RegExp {
  const [check] = schema.def.checks ?? [];
  const pattern = check?._zod.def as { readonly pattern?: RegExp } | undefined;
  if (pattern?.pattern === undefined) throw new TypeError('the schema has no pattern');
  return pattern.pattern;
}
