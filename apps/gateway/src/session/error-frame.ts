import type { ParleyError } from '@parley/platform';
import { type CloseReason, errors } from '@parley/protocol';

/** An `error` frame as JSON. */
export function errorFrame(error: ParleyError, ref?: number, traceId?: string): string {
  const { number, title, retryable } = errors[error.code];
  return JSON.stringify({
    type: 'error',
    ref,
    code: error.code,
    number,
    message: error.detail ?? title,
    retryable,
    retryAfterMs: error.retryAfterMs === undefined ? undefined : Math.ceil(error.retryAfterMs),
    errors: error.errors,
    traceId,
  });
}

/** How the socket of somebody is closed who is not let in. */
export function closeReasonOf(error: ParleyError): CloseReason {
  if (error.code === 'token_expired') return 'tokenExpired';
  if (error.code === 'session_revoked') return 'loggedOut';
  if (error.code === 'unauthenticated') return 'unauthenticated';
  return 'tryLater';
}
