import { CommandRejected, EventLogUnavailable, ReadModelUnavailable } from '@parley/ports';
import { isErrorCode, ParleyError } from './problem.js';

/** After how long a client may try again when an engine is away. */
const engineRetryMs = 2_000;

/** What a client is told of any failure. The unforeseen becomes `internal`: the caller logs it. */
export function asParleyError(error: unknown): ParleyError {
  if (error instanceof ParleyError) return error;
  if (error instanceof CommandRejected && isErrorCode(error.code)) {
    return new ParleyError(error.code, {
      ...(error.detail === undefined ? {} : { detail: error.detail }),
      ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
    });
  }
  if (error instanceof EventLogUnavailable) return new ParleyError('log_unavailable', { retryAfterMs: engineRetryMs });
  if (error instanceof ReadModelUnavailable) {
    return new ParleyError('feature_unavailable', { retryAfterMs: engineRetryMs });
  }
  return new ParleyError('internal');
}
