import type { CassandraClient, Statement } from '../../client/index.js';

/** Writes that may go side by side, gathered by partition. */
export class Writes {
  readonly #partitions = new Map<string, Statement[]>();

  /** `partition`: a name of the table and partition, as short as it can be. */
  add(partition: string, statement: Statement): void {
    const group = this.#partitions.get(partition);
    if (group === undefined) this.#partitions.set(partition, [statement]);
    else group.push(statement);
  }

  async send(client: CassandraClient): Promise<void> {
    if (this.#partitions.size > 0) await client.writeAll([...this.#partitions.values()]);
  }
}

/** Rows looked up at once by one batch. */
export const readConcurrency = 64;
