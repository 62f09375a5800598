import { partitionOfStream } from '@parley/kafka';
import type { RecordedEvent } from '@parley/events';
import type { FeedBatch } from '@parley/ports';

/** Rows of one partition that outlive their consumers. Keeps account of whatever a projection could not live with. */
export class RecordingStore {
  readonly rows = new Map<number, string>();
  checkpoint = 0;
  repeated = 0;
  readonly problems: string[] = [];
  readonly #revisions = new Map<string, number>();

  apply({ events, checkpoint }: FeedBatch): void {
    let last = 0;
    for (const event of events) {
      if (event.position <= last) this.problems.push(`${event.position} after ${last}`);
      last = event.position;
      this.#write(event);
    }
    if (last > checkpoint) this.problems.push(`${last} beyond ${checkpoint}`);
    this.checkpoint = Math.max(this.checkpoint, checkpoint);
  }

  /** In each stream nothing is left out and nothing comes before its time; what was there may come again. */
  #write({ stream, revision, position, eventId }: RecordedEvent): void {
    const seen = this.#revisions.get(stream) ?? -1;
    if (revision > seen + 1) this.problems.push(`${stream}: ${revision} after ${seen}`);
    if (this.rows.has(position)) this.repeated++;
    this.#revisions.set(stream, Math.max(seen, revision));
    this.rows.set(position, eventId);
  }
}

/** What is wrong with the stores, given the whole log; nothing, if they are what the log says. */
export function differences(stores: readonly RecordingStore[], events: readonly RecordedEvent[]): readonly string[] {
  const problems = stores.flatMap((store, partition) => store.problems.map((problem) => `${partition}: ${problem}`));
  let rows = 0;
  for (const { position, eventId, stream } of events) {
    const partition = partitionOfStream(stream, stores.length);
    if (stores[partition]?.rows.get(position) !== eventId)
      problems.push(`${partition}: lacks ${position} of ${stream}`);
  }
  for (const store of stores) rows += store.rows.size;
  if (rows !== events.length) problems.push(`${rows} rows of ${events.length} events`);
  return problems;
}
