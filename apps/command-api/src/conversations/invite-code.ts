import { hash, randomBytes } from 'node:crypto';

/** 128 random bits. */
export const newSecret = (): string => randomBytes(16).toString('base64url');

/** What is stored of a secret. */
export const hashOfSecret = (secret: string): string => hash('sha256', secret, 'base64url');

/** The code of an invite link names its conversation, so that joining needs no look-up. */
export const inviteCode = (conversationId: string, secret: string): string => `${conversationId}.${secret}`;

export function parseInviteCode(code: string): { readonly conversationId: string; readonly secret: string } | null {
  const match = /^(cnv_[A-Za-z0-9_-]{4,60})\.([A-Za-z0-9_-]{1,64})$/.exec(code);
  return match === null ? null : { conversationId: match[1] as string, secret: match[2] as string };
}
