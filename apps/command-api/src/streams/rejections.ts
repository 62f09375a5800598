import type { Refusal } from '@parley/domain';
import { UndecodableEvent } from '@parley/events';
import { CommandRejected, EventLogUnavailable, ReadModelUnavailable } from '@parley/ports';
import type { ErrorCode } from '@parley/protocol';

/** The error a client meets. Every refusal has one of the same name, but for an id that something else has. */
export function rejectionOf(refusal: Refusal): CommandRejected {
  const code: ErrorCode = refusal.code === 'conversation_exists' ? 'idempotency_conflict' : refusal.code;
  return new CommandRejected(code, detailOf(refusal));
}

function detailOf({ details }: Refusal): string | undefined {
  if (details === undefined) return undefined;
  if ('userIds' in details) return `not members: ${details.userIds.slice(0, 10).join(', ')}`;
  if ('limit' in details) return `at most ${details.limit}, this would be ${details.actual}`;
  const { field, minBytes, maxBytes, actualBytes } = details;
  return `${field}: ${minBytes} to ${maxBytes} bytes of UTF-8, this has ${actualBytes}`;
}

/** After how long a client may try again when an engine is away. */
const retryAfterMs = 2_000;

const logUnavailable = (): CommandRejected => new CommandRejected('log_unavailable', undefined, retryAfterMs);

export const featureUnavailable = (detail: string): CommandRejected =>
  new CommandRejected('feature_unavailable', detail, retryAfterMs);

export const overloaded = (): CommandRejected => new CommandRejected('overloaded', undefined, 1_000);

export const shuttingDown = (): CommandRejected => new CommandRejected('shutting_down', undefined, retryAfterMs);

/** What the caller is told of a failure; null: it was not foreseen and belongs into the log. */
export function foreseen(error: unknown): CommandRejected | null {
  if (error instanceof CommandRejected) return error;
  if (error instanceof EventLogUnavailable) return logUnavailable();
  if (error instanceof ReadModelUnavailable) return featureUnavailable('this needs the message history, which is away');
  if (error instanceof UndecodableEvent) return featureUnavailable('written by a newer version of this server');
  return null;
}
