import type { MessageAccepted } from '@parley/ports';

/**
 * Frequent answers, written by hand: ids are made by this server of characters that JSON need not escape, and were
 * checked by pattern where a client names them. A spec reads each back by its schema.
 */
export const acceptedFrame = (ref: number, accepted: MessageAccepted): string =>
  `{"type":"accepted","ref":${ref},"conversationId":"${accepted.conversationId}","messageId":"${accepted.messageId}","sequence":${accepted.sequence},"time":"${new Date(accepted.time).toISOString()}","position":"${accepted.position}"${accepted.repeated ? ',"repeated":true' : ''}}`;

/** `position` 0: there was nothing to do. */
export const doneFrame = (ref: number, position: number): string =>
  `{"type":"done","ref":${ref}${position === 0 ? '' : `,"position":"${position}"`}}`;

export const pongFrame = (ref: number | undefined): string =>
  ref === undefined ? '{"type":"pong"}' : `{"type":"pong","ref":${ref}}`;

export const goingAwayFrame = (reconnectAfterMs: number): string =>
  `{"type":"going_away","reconnectAfterMs":${Math.round(reconnectAfterMs)}}`;

export const typingFrame = (conversationId: string, userId: string, active: boolean, ttlMs: number): string =>
  `{"type":"typing","conversationId":"${conversationId}","userId":"${userId}","active":${String(active)},"ttlMs":${ttlMs}}`;
