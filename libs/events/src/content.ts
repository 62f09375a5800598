/**
 * What a message says: a versioned union. Readers keep what they do not know as it is and show a stand-in.
 * New forms (attachments, polls) are new members of this union, never new meanings of an old one.
 */
export type MessageContent = TextContent | SealedContent;

/** Unicode kept exactly as sent. */
export interface TextContent {
  readonly type: 'text.v1';
  readonly text: string;
}

/** End-to-end encrypted by the clients: the server stores and delivers it and can neither read nor search it. */
export interface SealedContent {
  readonly type: 'sealed.v1';
  /** Names the clients' scheme, such as `mls10`. */
  readonly scheme: string;
  /** base64. */
  readonly ciphertext: string;
}
