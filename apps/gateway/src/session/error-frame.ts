import type { ParleyError } from '@parley/platform';
import { errors } from '@parley/protocol';

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
