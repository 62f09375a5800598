import { type Cause, reasonOf } from '../engine/failure.js';

/** What became of one document of a bulk request. */
export type ItemOutcome =
  /** Written, or what is there is as new or newer. */
  | { readonly kind: 'done' }
  /** The engine has too much to do: this one again, after a pause. */
  | { readonly kind: 'again' }
  /** The document itself is at fault: it never will be taken. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** The engine is: nothing is known of this one. */
  | { readonly kind: 'failed'; readonly reason: string };

export interface BulkItem {
  readonly status: number;
  readonly error?: Cause;
}

/** Faults of a document. Anything else with status 400, such as a closed index, is no fault of it. */
const faults: ReadonlySet<string> = new Set([
  'mapper_parsing_exception',
  'document_parsing_exception',
  'strict_dynamic_mapping_exception',
  'illegal_argument_exception',
  'action_request_validation_exception',
]);

export function outcomeOf({ status, error }: BulkItem): ItemOutcome {
  if (status >= 200 && status < 300) return { kind: 'done' };
  const cause = error ?? { type: `status ${status}` };
  if (status === 409 && cause.type === 'version_conflict_engine_exception') return { kind: 'done' };
  if (status === 429) return { kind: 'again' };
  const reason = reasonOf(cause);
  return { kind: status === 400 && faults.has(cause.type) ? 'refused' : 'failed', reason };
}
