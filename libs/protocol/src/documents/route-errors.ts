import type { ErrorCode } from '../errors/index.js';
import type { Access, Route } from '../rest/route.js';

/** Whether the route changes something. */
export const isWrite = (route: Route): boolean => route.method !== 'GET';

/** Whether the route is for people who are logged in. */
export const needsToken = (route: Route): boolean => route.access !== 'public';
/** Whether the route waits for `Parley-Min-Position`. */
export const isRead = (route: Route): boolean => !isWrite(route) && needsToken(route);

/** Whether the route counts against rate limits: probes are never turned away. */
export const isLimited = (route: Route): boolean => route.tag !== 'operations' || needsToken(route);

const accessIs =
  (...accesses: readonly Access[]) =>
  (route: Route): boolean =>
    accesses.includes(route.access);
const hasParameter =
  (place: 'params' | 'query', name: string) =>
  (route: Route): boolean =>
    Object.hasOwn(route[place]?.shape ?? {}, name);

/** Which codes follow from which trait of a route. */
const codesByTrait: readonly (readonly [applies: (route: Route) => boolean, codes: readonly ErrorCode[]])[] = [
  [() => true, ['internal']],
  [isLimited, ['rate_limited']],
  [({ params, query, body }) => (params ?? query ?? body) !== undefined, ['invalid_request']],
  [isWrite, ['malformed_json', 'payload_too_large', 'unsupported_media_type']],
  [isWrite, ['log_unavailable', 'overloaded', 'shutting_down', 'conflict']],
  [needsToken, ['unauthenticated', 'token_expired', 'session_revoked', 'feature_unavailable']],
  [isRead, ['invalid_request', 'not_yet_projected']],
  [({ access }) => access.startsWith('scope:'), ['scope_missing']],
  [accessIs('member', 'admin', 'owner'), ['conversation_not_found']],
  [accessIs('admin', 'owner'), ['forbidden']],
  [hasParameter('params', 'sequence'), ['message_not_found']],
  [hasParameter('query', 'cursor'), ['invalid_cursor']],
  [({ idempotent }) => idempotent === true, ['idempotency_key_invalid', 'idempotency_conflict']],
];

/** Every code with which the route may answer: what follows from its traits, and its own. */
export function errorsOf(route: Route): readonly ErrorCode[] {
  const byTrait = codesByTrait.filter(([applies]) => applies(route)).flatMap(([, codes]) => codes);
  return [...new Set([...byTrait, ...(route.errors ?? [])])];
}
