import { errors } from '@elastic/elasticsearch';

/**
 * What went wrong with a request. The client's own errors hold the request with the texts of messages in it; they must
 * not reach a log, so only this goes on.
 */
export class ElasticsearchFailure extends Error {
  override readonly name = 'ElasticsearchFailure';

  constructor(
    readonly what: string,
    /** HTTP status; null when there was no answer. */
    readonly status: number | null,
    /** Such as `index_not_found_exception`; null when there was no answer. */
    readonly type: string | null,
    reason: string,
  ) {
    super(`${what}: ${status === null ? '' : `${status} `}${reason}`);
  }
}

/** @throws ElasticsearchFailure in place of whatever the request throws */
export async function asked<T>(what: string, request: Promise<T>): Promise<T> {
  try {
    return await request;
  } catch (error) {
    throw failureOf(what, error);
  }
}

function failureOf(what: string, error: unknown): ElasticsearchFailure {
  if (error instanceof ElasticsearchFailure) return error;
  if (error instanceof errors.ResponseError) {
    const cause = causeOf(error.body);
    const type = cause?.type ?? null;
    return new ElasticsearchFailure(
      what,
      error.statusCode ?? null,
      type,
      reasonOf(cause ?? { type: 'no reason given' }),
    );
  }
  const reason = error instanceof Error ? `${error.name} ${error.message}` : String(error);
  return new ElasticsearchFailure(what, null, null, reason.slice(0, maxReason));
}

export interface Cause {
  readonly type: string;
  readonly reason?: string | null;
}

const maxReason = 300;

/** Mapper errors end with a preview of the value, which may be somebody's text. */
export function reasonOf({ type, reason }: Cause): string {
  const told = (reason ?? '').replace(/\.? *Preview of field.*$/s, '');
  return `${type}${told === '' ? '' : `: ${told}`}`.slice(0, maxReason);
}

function causeOf(body: unknown): Cause | null {
  if (typeof body !== 'object' || body === null || !('error' in body)) return null;
  const { error } = body;
  if (typeof error === 'string') return { type: error };
  if (typeof error !== 'object' || error === null) return null;
  const { root_cause: roots } = error as { root_cause?: readonly Cause[] };
  const cause = roots?.[0] ?? (error as Partial<Cause>);
  return typeof cause.type === 'string' ? { type: cause.type, reason: cause.reason ?? null } : null;
}

export const isMissingIndex = (error: unknown): boolean =>
  error instanceof ElasticsearchFailure && error.status === 404 && error.type === 'index_not_found_exception';

/** Present already, in a newer state. */
export const isConflict = (error: unknown): boolean => error instanceof ElasticsearchFailure && error.status === 409;

/** The engine has more to do than it can take on. */
export const isOverload = (error: unknown): boolean => error instanceof ElasticsearchFailure && error.status === 429;
