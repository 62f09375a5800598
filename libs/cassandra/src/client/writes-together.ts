import type { Statement } from './statements.js';

/** Writes by partition, as CassandraClient.writeAll takes them. */
type Partitions = readonly (readonly Statement[])[];

interface Waiting {
  readonly partitions: Partitions;
  readonly resolve: (sent: Promise<void>) => void;
}

/** Who writes more has batches of its own that are full. */
const mostPartitions = 10;

/**
 * Sends what several writers ask for in one turn of the event loop as one: the projections of a batch write at the same
 * time, and what a request costs beside its rows is paid once. Writes must be idempotent: when they fail together each
 * writer's are sent once more alone, so that nobody fails for the statement of another.
 */
export class WritesTogether {
  #waiting: Waiting[] = [];

  /** `send` is through with all of it when it resolves; when it rejects, any part may be through. */
  constructor(private readonly send: (partitions: Partitions) => Promise<void>) {}

  /** Through when all of them are. @throws what `send` throws for these alone */
  write(partitions: Partitions): Promise<void> {
    if (partitions.length > mostPartitions) return this.send(partitions);
    return new Promise((resolve) => {
      if (this.#waiting.length === 0) setImmediate(() => this.#sendAll());
      this.#waiting.push({ partitions, resolve });
    });
  }

  #sendAll(): void {
    const writers = this.#waiting;
    this.#waiting = [];
    const all = this.send(writers.flatMap(({ partitions }) => partitions));
    for (const { partitions, resolve } of writers) {
      resolve(writers.length === 1 ? all : all.catch(() => this.send(partitions)));
    }
  }
}
