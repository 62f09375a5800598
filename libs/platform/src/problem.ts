import { type ErrorCode, errors } from '@parley/protocol';
import type { z } from 'zod';

export interface FieldError {
  /** JSON pointer (RFC 6901) into the body, or `/query/name`, `/params/name`, `/headers/name`. */
  readonly pointer: string;
  readonly message: string;
}

export interface ErrorDetails {
  readonly detail?: string;
  readonly retryAfterMs?: number;
  readonly errors?: readonly FieldError[];
}

/** Any failure that a client is told about; `code` is a row of libs/protocol `errors`. */
export class ParleyError extends Error {
  override readonly name = 'ParleyError';
  readonly code: ErrorCode;
  readonly detail: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly errors: readonly FieldError[] | undefined;

  constructor(code: ErrorCode, details: ErrorDetails = {}) {
    super(details.detail ?? errors[code].title);
    this.code = code;
    this.detail = details.detail;
    this.retryAfterMs = details.retryAfterMs;
    this.errors = details.errors;
  }
}

export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(errors, code);

/** At most this many field errors are told. */
const maxFieldErrors = 16;

/** @throws ParleyError `invalid_request`, with a JSON pointer for each wrong field. */
export function parseWith<S extends z.ZodType>(schema: S, value: unknown, prefix = ''): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ParleyError('invalid_request', { errors: fieldErrors(parsed.error, prefix) });
}

export function fieldErrors(error: z.ZodError, prefix = ''): readonly FieldError[] {
  return error.issues.slice(0, maxFieldErrors).map((issue) => ({
    pointer: prefix + issue.path.map((part) => `/${escapePointer(String(part))}`).join(''),
    message: issue.message,
  }));
}

const escapePointer = (part: string): string => part.replaceAll('~', '~0').replaceAll('/', '~1');

/** RFC 9457 problem document. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ErrorCode;
  readonly detail?: string;
  readonly retryable: boolean;
  readonly traceId?: string;
  readonly errors?: readonly FieldError[];
}

/** `type` opens the page of this server that tells cause and cure. */
export function problemOf(error: ParleyError, traceId?: string): Problem {
  const { status, title, retryable } = errors[error.code];
  return {
    type: `/docs/errors#${error.code}`,
    title,
    status,
    code: error.code,
    ...(error.detail === undefined ? {} : { detail: error.detail }),
    retryable,
    ...(traceId === undefined ? {} : { traceId }),
    ...(error.errors === undefined ? {} : { errors: error.errors }),
  };
}
