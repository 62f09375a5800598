import type { ReadModelSources } from '../common/sources.js';
import { mapBounded } from '../../client/index.js';
import { dayOf } from '../layout.js';
import { ActivityRows, type DayRecord } from './activity-rows.js';

/** How long it is believed what was read of days, ms: older records stay true. */
const believeMs = 30_000;
/** How far clocks of writers may be ahead, ms. */
const clockSkewMs = 300_000;
/** Beyond this many days every conversation is looked at: rows live no longer. */
const mostDays = 31;
const daysAtOnce = 8;

/** Finds where something may have happened for a person, by the notes of each day. */
export class ActivityReader {
  #known: { readonly generation: number; readonly readAt: number; readonly records: readonly DayRecord[] } | null =
    null;

  constructor(
    private readonly sources: Pick<ReadModelSources, 'client' | 'partitions'>,
    /** ms since 1970 UTC. */
    private readonly now: () => number,
  ) {}

  /**
   * Conversations of this person with something above `after`, some without among them; `everything` when the notes do
   * not go back that far.
   */
  async since(generation: number, userId: string, after: number): Promise<ReadonlySet<string> | 'everything'> {
    const records = await this.#days(generation);
    const first = firstDay(records, this.sources.partitions, after);
    if (first === null) return 'everything';
    const last = Math.max(dayOf(this.now() + clockSkewMs), ...records.map(({ day }) => day));
    if (last - first >= mostDays) return 'everything';
    const days = Array.from({ length: last - first + 1 }, (_, i) => first + i);
    const rows = new ActivityRows(this.sources.client, generation);
    const found = await mapBounded(days, daysAtOnce, (day) => rows.ofDay(userId, day));
    const news = found.flat().filter(({ position }) => position > after);
    return new Set(news.map(({ conversationId }) => conversationId));
  }

  async #days(generation: number): Promise<readonly DayRecord[]> {
    const known = this.#known;
    if (known?.generation === generation && this.now() - known.readAt < believeMs) return known.records;
    const readAt = this.now();
    const records = await new ActivityRows(this.sources.client, generation).days();
    this.#known = { generation, readAt, records };
    return records;
  }
}

/** The day from which on everything above `after` was noted; null: some of it may have been before all that is known. */
export function firstDay(records: readonly DayRecord[], partitions: number, after: number): number | null {
  let first = Number.POSITIVE_INFINITY;
  for (let partition = 0; partition < partitions; partition++) {
    let day: number | null = null;
    for (const record of records) {
      if (record.partition !== partition || record.firstPosition > after + 1) continue;
      day = Math.max(day ?? 0, record.day);
    }
    if (day === null) return null;
    first = Math.min(first, day);
  }
  return Number.isFinite(first) ? first : null;
}
