/** Limits that clients are told of and that no operator sets. */

/** UTF-8 bytes of a message's text; the write side refuses more. */
export const maxTextBytes = 16_384;
/** Messages on a page of history. */
export const maxHistoryPage = 200;
