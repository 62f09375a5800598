import { ReadModelUnavailable } from '@parley/ports';
import cassandra from 'cassandra-driver';

const { errors, types } = cassandra;
const { responseErrorCodes } = types;

/** Answers of a server that tell of its state, not of a wrong statement. */
const engineCodes: ReadonlySet<number> = new Set([
  responseErrorCodes.serverError,
  responseErrorCodes.badCredentials,
  responseErrorCodes.unavailableException,
  responseErrorCodes.overloaded,
  responseErrorCodes.isBootstrapping,
  responseErrorCodes.truncateError,
  responseErrorCodes.writeTimeout,
  responseErrorCodes.readTimeout,
  responseErrorCodes.readFailure,
  responseErrorCodes.writeFailure,
  responseErrorCodes.unprepared,
]);

/**
 * Is it the engine that is away, slow or not ready? Otherwise the statement is wrong, which waiting does not heal. The
 * driver has plain errors too (`No connection available`), always about the state of a connection.
 */
function isEngineFailure(error: unknown): boolean {
  if (error instanceof errors.ResponseError) return engineCodes.has(error.code);
  return !faults.some((fault) => error instanceof fault);
}

/** What the driver says of statements and parameters. */
const faults = [errors.ArgumentError, errors.NotSupportedError, TypeError, RangeError];

const readFailure: number = responseErrorCodes.readFailure;

/** A replica could not read: as a rule one that was away while the schema changed and has not caught up yet. */
export const isReadFailure = (error: unknown): boolean =>
  error instanceof errors.ResponseError && error.code === readFailure;

/** There was no answer in time, on any node that was asked. */
export function isTimeout(error: unknown): boolean {
  if (!(error instanceof errors.NoHostAvailableError)) return error instanceof errors.OperationTimedOutError;
  const inner = Object.values((error.innerErrors ?? {}) as Record<string, unknown>);
  return inner.length > 0 && inner.every((one) => one instanceof errors.OperationTimedOutError);
}

/** ReadModelUnavailable for a failure of the engine; anything else as it is. */
export function asUnavailable(error: unknown): unknown {
  if (error instanceof ReadModelUnavailable || !isEngineFailure(error)) return error;
  return new ReadModelUnavailable(`Cassandra: ${messageOf(error)}`, { cause: error });
}

/** One line, with what each node said. */
export function messageOf(error: unknown): string {
  if (!(error instanceof errors.NoHostAvailableError)) return error instanceof Error ? error.message : String(error);
  const inner: unknown = error.innerErrors;
  const byHost = Object.entries((inner ?? {}) as Record<string, unknown>).map(
    ([host, why]) => `${host}: ${why instanceof Error ? why.message : String(why)}`,
  );
  return byHost.length === 0 ? 'no node can be reached' : `no node answers (${byHost.join('; ')})`;
}
