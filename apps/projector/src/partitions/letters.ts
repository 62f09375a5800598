import type { RecordedEvent } from '@parley/events';
import type { DeadLetters, EventLogReader, ParkedOperation, ProjectionName } from '@parley/ports';

/**
 * Sends on what is about to be parked, before it is: a letter may come twice after a crash, but no event is parked
 * without one.
 */
export class Letters {
  #batch: readonly RecordedEvent[] = [];
  readonly #sent = new Set<string>();

  constructor(
    private readonly partition: number,
    private readonly deadLetters: DeadLetters,
    private readonly log: Pick<EventLogReader, 'readAll'>,
  ) {}

  /** The events at hand; what was sent of the same batch before is not sent again. */
  of(batch: readonly RecordedEvent[]): void {
    if (batch[0]?.position !== this.#batch[0]?.position) this.#sent.clear();
    this.#batch = batch;
  }

  async send(projection: ProjectionName, parked: readonly ParkedOperation[]): Promise<void> {
    for (const { position, reason } of parked) {
      const name = `${projection} ${position}`;
      if (this.#sent.has(name)) continue;
      const event = this.#batch.find((each) => each.position === position) ?? (await this.#read(position));
      if (event !== undefined) {
        await this.deadLetters.add({ projection, partition: this.partition, reason, event });
      }
      this.#sent.add(name);
    }
  }

  async #read(position: number): Promise<RecordedEvent | undefined> {
    const { events } = await this.log.readAll({ from: position, upTo: position, limit: 1 });
    return events[0];
  }
}
