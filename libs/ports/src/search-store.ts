/**
 * What message search keeps: one document a message. `position` orders the writes of one document: a later one wins
 * whenever it arrives, so that a late edit never overwrites a newer one and nothing deleted comes back.
 */
export type SearchOperation =
  | (OnDocument & {
      readonly type: 'index-message';
      readonly senderId: string;
      /** Milliseconds since 1970 UTC. */
      readonly time: number;
      /** As sent; the store folds it. Null where the server cannot read it. */
      readonly text: string | null;
      readonly mentions: readonly string[];
    })
  | (OnDocument & {
      readonly type: 'edit-message';
      readonly text: string | null;
      readonly mentions: readonly string[];
    })
  | (OnDocument & { readonly type: 'remove-message' });

interface OnDocument {
  readonly position: number;
  readonly conversationId: string;
  readonly sequence: number;
}
