/** One message as the search file has it. `conversation` and `sender` are numbers of `names`. */
export interface SearchRow {
  readonly position: number;
  readonly conversation: number;
  readonly sequence: number;
  readonly sender: number;
  /** Milliseconds since 1970 UTC. */
  readonly time: number;
  /** Position of the last event that wrote it. */
  changed: number;
  flags: number;
  /** tokenText() of the text; one space when there is none. */
  tokens: string;
}

/** Bits of `flags`. */
export const flag = { link: 1, mention: 2, removed: 4 } as const;

/** Facets: what the index knows of a message beside its words. */
export const conversationFacet = (conversation: number): string => `_c${conversation}`;
export const senderFacet = (sender: number): string => `_u${sender}`;
export const linkFacet = '_l';
export const mentionFacet = '_m';

/** Positions in one window. */
export const windowSize = 65_536;
export const windowOf = (position: number): number => Math.floor(position / windowSize);
/**
 * Which stretch of the log: what must match several words at once also matches a window, because the index stops
 * looking for words that never meet only where one of them ends.
 */
export const windowFacet = (window: number): string => `_w${window}`;

/**
 * What the index holds of a row: a function of the row, because taking it out needs exactly what was put in. Of a
 * removed message its conversation stays: by it a message is found from its sequence (message-places.ts).
 */
export function indexedText(row: SearchRow): string {
  if ((row.flags & flag.removed) !== 0) return conversationFacet(row.conversation);
  const link = (row.flags & flag.link) === 0 ? '' : ` ${linkFacet}`;
  const mention = (row.flags & flag.mention) === 0 ? '' : ` ${mentionFacet}`;
  const place = `${conversationFacet(row.conversation)} ${senderFacet(row.sender)} ${windowFacet(windowOf(row.position))}`;
  return `${row.tokens}${place}${link}${mention}`;
}
