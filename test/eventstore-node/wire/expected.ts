import type { ExpectedRevision } from '../semantics/append-rules.js';
import { handlerThrew, invalidArgument } from './errors.js';

/** What all requests with an expectation have in common. */
interface Expecting {
  hasAny(): boolean;
  hasNoStream(): boolean;
  hasStreamExists(): boolean;
}

/** @throws RpcError when nothing is expected, not even anything */
export function expectedRevision(
  options: Expecting & { hasRevision(): boolean; getRevision(): string },
): ExpectedRevision {
  return namedExpectation(options) ?? exact(options.hasRevision(), options.getRevision());
}

/** Batch appends name the same thing otherwise. @throws RpcError */
export function expectedPosition(
  options: Expecting & { hasStreamPosition(): boolean; getStreamPosition(): string },
): ExpectedRevision {
  return namedExpectation(options) ?? exact(options.hasStreamPosition(), options.getStreamPosition());
}

function namedExpectation(options: Expecting): ExpectedRevision | null {
  if (options.hasAny()) return 'any';
  if (options.hasNoStream()) return 'no-stream';
  return options.hasStreamExists() ? 'stream-exists' : null;
}

function exact(given: boolean, value: string): ExpectedRevision {
  if (!given) throw invalidArgument("'None' is not a valid expected stream revision");
  const revision = BigInt(value);
  // The largest number of 64 bits stands for "no stream".
  if (revision === 2n ** 64n - 1n) return 'no-stream';
  if (revision > 2n ** 63n - 1n) throw handlerThrew();
  return Number(revision);
}
