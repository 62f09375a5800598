/** Names of streams. The prefix up to the first `-` is the category that filters use. */
export const conversationStream = (conversationId: string): string => `conversation-${conversationId}`;
export const receiptsStream = (conversationId: string): string => `receipts-${conversationId}`;
export const userStream = (userId: string): string => `user-${userId}`;

export type StreamCategory = 'conversation' | 'receipts' | 'user';

/** `conversation-cnv_1` is { category: 'conversation', id: 'cnv_1' }; null for a stream that is not ours. */
export function parseStream(stream: string): { category: StreamCategory; id: string } | null {
  const dash = stream.indexOf('-');
  const category = stream.slice(0, dash);
  if (category !== 'conversation' && category !== 'receipts' && category !== 'user') return null;
  return { category, id: stream.slice(dash + 1) };
}
