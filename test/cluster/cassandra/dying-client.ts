import { CassandraClient } from '@parley/cassandra';
import { ReadModelUnavailable } from '@parley/ports';

/** Dies in the midst of a call that writes, when told to: some partitions are written, others not. */
export class DyingClient extends CassandraClient {
  /** The how manieth call from now on; Infinity: lives on. */
  dieIn = Number.POSITIVE_INFINITY;
  /** 0 to 2: which third of the partitions is written all the same; 3: none. */
  part = 0;

  override async writeAll(partitions: Parameters<CassandraClient['writeAll']>[0]): Promise<void> {
    if (--this.dieIn > 0) return super.writeAll(partitions);
    this.dieIn = Number.POSITIVE_INFINITY;
    await super.writeAll(partitions.filter((_, index) => index % 3 === this.part));
    throw new ReadModelUnavailable('gone');
  }
}
