import type { ErrorCode } from '@parley/protocol';

/**
 * What goes wrong on this side of the wire. `connection_lost`: the answer may have got lost, the request may have been
 * carried out. `timeout`: no answer in time. `closed`: the client was closed. `not_logged_in`: there are no tokens.
 * `bad_response`: the answer is not from a Parley server. `outbox_full`: too many messages wait to be sent.
 * `session_replaced`: the same device connected elsewhere.
 */
export type LocalErrorCode =
  'connection_lost' | 'timeout' | 'closed' | 'not_logged_in' | 'bad_response' | 'outbox_full' | 'session_replaced';

export interface ClientErrorDetails {
  readonly retryable?: boolean;
  /** How long to wait before the next attempt, when the server said so. */
  readonly retryAfterMs?: number | undefined;
  /** HTTP status, on REST. */
  readonly status?: number;
  /** Fields that are wrong, by JSON pointer. */
  readonly errors?: readonly { readonly pointer: string; readonly message: string }[] | undefined;
  readonly traceId?: string | undefined;
  readonly cause?: unknown;
}

/** The only error this package throws. `code` is stable; the text is for people. */
export class ParleyClientError extends Error {
  override readonly name = 'ParleyClientError';
  readonly code: ErrorCode | LocalErrorCode;
  /** The same request may succeed later. */
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly status: number | undefined;
  readonly errors: readonly { readonly pointer: string; readonly message: string }[];
  readonly traceId: string | undefined;

  constructor(code: ErrorCode | LocalErrorCode, message: string, details: ClientErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.retryable = details.retryable ?? false;
    this.retryAfterMs = details.retryAfterMs;
    this.status = details.status;
    this.errors = details.errors ?? [];
    this.traceId = details.traceId;
  }
}
