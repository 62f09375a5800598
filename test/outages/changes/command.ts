/** What people do, as far as it decides what stands in a conversation. */
export type Command =
  | { readonly type: 'send'; readonly clientMessageId: string; readonly text: string }
  | { readonly type: 'edit'; readonly sequence: number; readonly text: string }
  | { readonly type: 'delete' | 'pin' | 'unpin'; readonly sequence: number }
  | { readonly type: 'react' | 'unreact'; readonly sequence: number; readonly emoji: string }
  | { readonly type: 'block' | 'unblock'; readonly userId: string };

/** Asks for a command once. */
export interface CommandApi {
  /**
   * Resolves with the sequence of what was sent, null for all else.
   *
   * @throws ParleyClientError: retryable ones may have been carried out
   */
  carryOut(command: Command): Promise<number | null>;
}
