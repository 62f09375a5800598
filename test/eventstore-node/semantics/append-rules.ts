/** What a write expects of the stream: an exact last revision, or one of the named expectations. */
export type ExpectedRevision = number | 'any' | 'no-stream' | 'stream-exists';

export const NO_STREAM_REVISION = -1;

/** What the rules ask about one stream, as the writer sees it: with all that was accepted, durable or not. */
export interface WriterView {
  /** -1: nothing was ever written. `DELETED_REVISION`: tombstoned. */
  readonly lastRevision: number;
  readonly softDeleted: boolean;
  /** The stream's metadata stream holds something. */
  readonly hasMetadata: boolean;
  /** Where one of the newest events with this id stands in this stream; undefined when it is not among them. */
  recentRevision(id: string): number | undefined;
  /** Id of the event at this revision, which is not above the last one. */
  idAt(revision: number): string;
}

export type AppendDecision =
  | { readonly decision: 'ok'; readonly undelete: boolean }
  /** Written before, up to this revision. */
  | { readonly decision: 'idempotent'; readonly lastRevision: number }
  | { readonly decision: 'wrong-expected-version' }
  | { readonly decision: 'deleted' };

const wrong: AppendDecision = { decision: 'wrong-expected-version' };
const deleted: AppendDecision = { decision: 'deleted' };

/**
 * Whether a write may be made. Idempotency is exact when an exact revision (or no stream) is expected: the ids are
 * compared with what stands behind that revision, however old. For `any` and `stream-exists` only the newest events
 * are looked at; an id that has been forgotten is written once more. A write of which only a part is there already
 * fails.
 */
export function decideAppend(view: WriterView, expected: ExpectedRevision, ids: readonly string[]): AppendDecision {
  const current = view.lastRevision;
  if (current === Number.POSITIVE_INFINITY) return deleted;
  switch (expected) {
    case 'stream-exists':
      if (view.softDeleted) return deleted;
      if (current === NO_STREAM_REVISION && !view.hasMetadata) return wrong;
      return decideByRecentIds(view, ids);
    case 'any':
      return decideByRecentIds(view, ids);
    case 'no-stream':
      return decideExact(view, NO_STREAM_REVISION, ids);
    default:
      return decideExact(view, expected, ids);
  }
}

function decideByRecentIds(view: WriterView, ids: readonly string[]): AppendDecision {
  let last: number | undefined;
  for (const [index, id] of ids.entries()) {
    const revision = view.recentRevision(id);
    if (revision === undefined) return index === 0 ? { decision: 'ok', undelete: view.softDeleted } : wrong;
    last = revision;
  }
  return last === undefined
    ? { decision: 'ok', undelete: view.softDeleted }
    : { decision: 'idempotent', lastRevision: last };
}

function decideExact(view: WriterView, expected: number, ids: readonly string[]): AppendDecision {
  if (expected > view.lastRevision) return wrong;
  if (expected === view.lastRevision) return { decision: 'ok', undelete: view.softDeleted };
  for (const [index, id] of ids.entries()) {
    const revision = expected + 1 + index;
    const same = view.recentRevision(id) === revision || (revision <= view.lastRevision && view.idAt(revision) === id);
    if (same) continue;
    const recreate = index === 0 && expected === NO_STREAM_REVISION && view.softDeleted;
    return recreate ? { decision: 'ok', undelete: true } : wrong;
  }
  return ids.length === 0 ? wrong : { decision: 'idempotent', lastRevision: expected + ids.length };
}
