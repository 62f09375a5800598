import { hasLink, tokenText } from '@parley/platform/search';
import type { SearchOperation } from '@parley/ports';

/**
 * A message as the engine has it. Its text is not among it: what people are shown is read from history, so a copy would
 * only have to be erased. A removed message leaves its place and nothing else.
 */
export interface SearchDocument {
  readonly conversationId: string;
  readonly sequence: number;
  /** Of the event that sent it. */
  readonly position: number;
  readonly senderId?: string;
  /** Milliseconds since 1970 UTC. */
  readonly time?: number;
  readonly link?: true;
  readonly mention?: true;
  readonly deleted?: true;
  /** tokenText() of the text. */
  readonly tokens?: string;
}

export interface StoredDocument {
  /** Position of the event that wrote it last. */
  readonly version: number;
  readonly document: SearchDocument;
}

type IndexMessage = Extract<SearchOperation, { type: 'index-message' }>;
type EditMessage = Extract<SearchOperation, { type: 'edit-message' }>;

export const documentId = (conversationId: string, sequence: number): string => `${conversationId}:${sequence}`;

export const sentDocument = (operation: IndexMessage): SearchDocument => ({
  conversationId: operation.conversationId,
  sequence: operation.sequence,
  position: operation.position,
  senderId: operation.senderId,
  time: operation.time,
  ...contentOf(operation.text, operation.mentions),
});

/** Who said it, where and when stays; an edit tells only what is said now. */
export const editedDocument = (before: SearchDocument, { text, mentions }: EditMessage): SearchDocument => ({
  conversationId: before.conversationId,
  sequence: before.sequence,
  position: before.position,
  ...(before.senderId === undefined ? {} : { senderId: before.senderId }),
  ...(before.time === undefined ? {} : { time: before.time }),
  ...contentOf(text, mentions),
});

/** Kept as a document: Elasticsearch forgets what it deleted, and a late write would bring the text back. */
export const removedDocument = ({ conversationId, sequence, position }: SearchDocument): SearchDocument => ({
  conversationId,
  sequence,
  position,
  deleted: true,
});

function contentOf(text: string | null, mentions: readonly string[]): Partial<SearchDocument> {
  const mention = mentions.length > 0 ? { mention: true as const } : {};
  if (text === null) return mention;
  return { ...mention, ...(hasLink(text) ? { link: true as const } : {}), tokens: tokenText(text) };
}
