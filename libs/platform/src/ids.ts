import { hash } from 'node:crypto';
import { uuidv7 } from 'uuidv7';

export type IdPrefix = 'cnv' | 'usr' | 'dev' | 'ses' | 'inv' | 'req' | 'nod';

/** A new random id such as `cnv_0199…`, 32 hexadecimal digits that sort by time of making (UUID version 7). */
export const newId = (prefix: IdPrefix): string => `${prefix}_${uuidv7().replaceAll('-', '')}`;

/** A new random event id: UUID version 7, rising within a process. */
export const randomEventId = (): string => uuidv7();

/** A UUID (version 8, RFC 9562) that is a function of the parts: SHA-256, no separator can be forged. */
export function derivedEventId(...parts: readonly string[]): string {
  const hex = hash('sha256', parts.map((part) => `${part.length}:${part}`).join(''), 'hex');
  const variant = ((Number.parseInt(hex[16] ?? '0', 16) & 3) | 8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** One message for ever: (conversation, sender, clientMessageId). */
export const messageEventId = (conversationId: string, senderId: string, clientMessageId: string): string =>
  derivedEventId('message', conversationId, senderId, clientMessageId);

export const messageIdOf = (eventId: string): string => `msg_${eventId.replaceAll('-', '')}`;

export function eventIdOfMessage(messageId: string): string {
  const hex = messageId.slice(4);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

const derivedId = (prefix: IdPrefix, ...parts: readonly string[]): string =>
  `${prefix}_${derivedEventId(...parts).replaceAll('-', '')}`;

/** The same for both people, whoever starts it. */
export const directConversationId = (userId: string, otherId: string): string =>
  derivedId('cnv', 'direct', ...[userId, otherId].sort());

/** The conversation that this person's Idempotency-Key names. */
export const conversationIdOfKey = (userId: string, idempotencyKey: string): string =>
  derivedId('cnv', 'key', userId, idempotencyKey);

/** The person of an account. That nobody else has the name, from wherever they come, is the account store's to keep. */
export const userIdOfUsername = (username: string): string => derivedId('usr', 'username', username);

/** A person of an external identity provider. */
export const userIdOfSubject = (issuer: string, subject: string): string => derivedId('usr', 'oidc', issuer, subject);

/** The device a token without one speaks for: one per token subject and client. */
export const derivedDeviceId = (userId: string, clientId: string): string => derivedId('dev', userId, clientId);
