import { eventTypeFilter, streamNameFilter, type Filter } from '@eventstore/db-client';
import type { RecordedEvent } from '@parley/events';
import type { EventFilter } from '@parley/ports';

/** Events the server looks at between two checkpoints of a subscription: so many may have to be read again at its end. */
export const checkpointEvery = 128;

/** What the server filters, and what is left to do here. */
export interface FilterPlan {
  /** Nothing can pass: nobody need read anything. */
  readonly isEmpty: boolean;
  /** Something is filtered at all, but for system events. */
  readonly isNarrow: boolean;
  readonly passes: (event: RecordedEvent) => boolean;
  readonly forServer: (checkpointReached: NonNullable<Filter['checkpointReached']>) => Filter;
}

/**
 * The server filters by one thing, and types only by prefix. System events never pass; given both, streams are filtered
 * there, because one conversation's prefix leaves less than one type's.
 */
export function planFilter({ streamPrefixes, types }: EventFilter = {}): FilterPlan {
  const prefixes = streamPrefixes?.filter((prefix) => !prefix.startsWith('$'));
  const isAnyStream = prefixes === undefined || prefixes.includes('');
  const wanted = types === undefined ? null : new Set(types);
  return {
    isEmpty: prefixes?.length === 0 || wanted?.size === 0,
    isNarrow: !isAnyStream || wanted !== null,
    passes: ({ stream, type }) =>
      !stream.startsWith('$') &&
      (isAnyStream || prefixes.some((prefix) => stream.startsWith(prefix))) &&
      (wanted === null || wanted.has(type)),
    forServer: (checkpointReached) => {
      const common = { maxSearchWindow: checkpointEvery, checkpointInterval: 1, checkpointReached };
      if (!isAnyStream) return streamNameFilter({ ...common, prefixes: [...prefixes] });
      if (wanted !== null) return eventTypeFilter({ ...common, prefixes: [...wanted] });
      return streamNameFilter({ ...common, regex: '^[^$]' });
    },
  };
}
