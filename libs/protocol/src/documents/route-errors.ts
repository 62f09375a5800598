import type { ErrorCode } from '../errors/index.js';
import type { Route } from '../rest/route.js';

/** Whether the route changes something. */
export const isWrite = (route: Route): boolean => route.method !== 'GET';

/** Whether the route waits for `Parley-Min-Position`. */
export const isRead = (route: Route): boolean => !isWrite(route) && route.access !== 'public';

/** Every code with which the route may answer: what follows from its shape, and its own. */
export function errorsOf(route: Route): readonly ErrorCode[] {
  const params = Object.keys(route.params?.shape ?? {});
  const query = Object.keys(route.query?.shape ?? {});
  const takesInput = params.length > 0 || query.length > 0 || route.body !== undefined || isRead(route);
  const codes: ErrorCode[] = ['rate_limited', 'internal'];
  if (takesInput) codes.push('invalid_request');
  if (isWrite(route)) codes.push('malformed_json', 'payload_too_large', 'unsupported_media_type', 'shutting_down');
  if (route.access !== 'public') codes.push('unauthenticated', 'token_expired', 'session_revoked');
  if (route.access.startsWith('scope:')) codes.push('scope_missing');
  if (['member', 'admin', 'owner'].includes(route.access)) codes.push('conversation_not_found');
  if (['admin', 'owner'].includes(route.access)) codes.push('forbidden');
  if (params.includes('sequence')) codes.push('message_not_found');
  if (query.includes('cursor')) codes.push('invalid_cursor');
  if (route.idempotent === true) codes.push('idempotency_key_invalid', 'idempotency_conflict');
  if (isWrite(route)) codes.push('log_unavailable', 'overloaded', 'conflict');
  if (isRead(route)) codes.push('not_yet_projected');
  if (route.access !== 'public') codes.push('feature_unavailable');
  return [...new Set([...codes, ...(route.errors ?? [])])];
}
