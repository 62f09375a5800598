import type { Logger } from '@parley/platform';
import type { CheckpointReader, PartitionCheckpoint } from '@parley/ports';
import { withDeadline } from '../connection/deadline.js';

const readTimeoutMs = 3_000;
/** Between two log lines about a store that cannot be read. */
const quietMs = 10_000;

/** Reads the checkpoints of one store, one reading at a time. */
export class CheckpointPolls {
  #reading: Promise<boolean> | null = null;
  #toldAt = -Infinity;

  constructor(
    private readonly reader: CheckpointReader,
    private readonly onRead: (checkpoints: readonly PartitionCheckpoint[]) => void,
    private readonly logger: Logger,
  ) {}

  /** false: they cannot be read at the moment. Joins a reading that is under way. */
  read(): Promise<boolean> {
    this.#reading ??= this.#read().finally(() => (this.#reading = null));
    return this.#reading;
  }

  async #read(): Promise<boolean> {
    try {
      this.onRead(await withDeadline(this.reader.checkpoints(), readTimeoutMs));
      return true;
    } catch (error) {
      const now = performance.now();
      if (now - this.#toldAt >= quietMs) {
        this.#toldAt = now;
        const reason = error instanceof Error ? error.message : String(error);
        this.logger.warn({ reason }, 'checkpoints of projections cannot be read; trying again');
      }
      return false;
    }
  }
}
