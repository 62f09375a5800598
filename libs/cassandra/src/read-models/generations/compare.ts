import type { Parity } from '@parley/ports';
import { setTimeout as pause } from 'node:timers/promises';
import { type CassandraClient, mapBounded, type Row } from '../../client/index.js';
import type { ReadModelTable } from './tables.js';

export interface CompareOptions {
  readonly client: CassandraClient;
  readonly tables: readonly ReadModelTable[];
  readonly old: number;
  readonly rebuilt: number;
  /**
   * Resolves once the generation that is written second has what the other one had when it was asked. Default: neither
   * is written.
   */
  readonly inStep?: () => Promise<void>;
  readonly signal?: AbortSignal;
}

/** Partitions compared at once. */
const concurrency = 8;
const maxExamples = 10;
/** Differences that are looked at again; further ones are taken as they were found. */
const maxSecondLooks = 10_000;
/**
 * How often, each time after the one that is written second has caught up, and after so many milliseconds. A row that is
 * not written any more is then the same in both; of one that is written all the time some look finds it so.
 */
const secondLooks = 12;
const secondLookPauseMs = 150;

/** A row that was not the same at the first look. */
interface Doubt {
  readonly table: ReadModelTable;
  /** Of the partition, without the generation; then of the row in it. */
  readonly partition: readonly unknown[];
  readonly clustering: readonly unknown[];
}

type Verdict = 'same' | 'onlyInOld' | 'onlyInNew' | 'different';

/**
 * Compares two generations row by row while both are written: each partition of either is read in both, and what differs
 * is read again, because it may only have been in between two writes. Memory is bounded by the largest partition and the
 * number of differences.
 */
export async function compareGenerations(options: CompareOptions): Promise<Parity> {
  const comparison = new Comparison(options);
  for (const table of options.tables) if (table.passing !== true) await comparison.firstLook(table);
  return comparison.secondLook();
}

class Comparison {
  readonly #doubts: Doubt[] = [];
  readonly #found = { rows: 0, onlyInOld: 0, onlyInNew: 0, different: 0 };
  readonly #examples: Parity['examples'][number][] = [];

  constructor(private readonly options: CompareOptions) {}

  async firstLook(table: ReadModelTable): Promise<void> {
    const { client, old, rebuilt, signal } = this.options;
    const [, ...partitionKey] = table.partitionKey;
    const keys = client.stream(`SELECT DISTINCT ${table.partitionKey.join(', ')} FROM ${table.table}`, []);
    for await (const page of keys) {
      signal?.throwIfAborted();
      const ours = page.filter(({ generation }) => generation === old || generation === rebuilt);
      await mapBounded(ours, concurrency, async (row) => {
        const partition = partitionKey.map((column) => row[column]);
        // A partition that both have comes twice: it is compared when the old one's turn is.
        if (row['generation'] === rebuilt && (await this.#has(table, old, partition))) return;
        await this.#comparePartition(table, partition);
      });
    }
  }

  async secondLook(): Promise<Parity> {
    const { signal, inStep } = this.options;
    for (let look = 1; this.#doubts.length > 0; look++) {
      signal?.throwIfAborted();
      await inStep?.();
      if (look > 1) await pause(secondLookPauseMs, undefined, signal === undefined ? {} : { signal });
      const again = this.#doubts.splice(0);
      await mapBounded(again, concurrency, async (doubt) => {
        const { old, rebuilt } = this.options;
        const [was, is] = await Promise.all([this.#row(doubt, old), this.#row(doubt, rebuilt)]);
        if (verdictOf(was, is) === 'same') return;
        if (look < secondLooks) this.#doubts.push(doubt);
        else this.#count(doubt, was, is);
      });
    }
    return { ...this.#found, examples: this.#examples };
  }

  async #comparePartition(table: ReadModelTable, partition: readonly unknown[]): Promise<void> {
    const [before, after] = await Promise.all([
      this.#rows(table, this.options.old, partition),
      this.#rows(table, this.options.rebuilt, partition),
    ]);
    for (const key of new Set([...before.keys(), ...after.keys()])) {
      const [was, is] = [before.get(key), after.get(key)];
      this.#found.rows++;
      if (verdictOf(was, is) === 'same') continue;
      const row = was ?? is ?? {};
      const doubt = { table, partition, clustering: table.clusteringKey.map((column) => row[column]) };
      if (this.#doubts.length < maxSecondLooks) this.#doubts.push(doubt);
      else this.#count(doubt, was, is);
    }
  }

  #count(doubt: Doubt, was: Row | undefined, is: Row | undefined): void {
    const verdict = verdictOf(was, is);
    if (verdict === 'same') return;
    this.#found[verdict]++;
    if (this.#examples.length >= maxExamples) return;
    const key = [...doubt.partition, ...doubt.clustering].map(String).join(' ');
    this.#examples.push({
      table: doubt.table.table,
      key,
      old: was === undefined ? null : textOf(was),
      new: is === undefined ? null : textOf(is),
    });
  }

  async #has(table: ReadModelTable, generation: number, partition: readonly unknown[]): Promise<boolean> {
    const query = `SELECT generation FROM ${table.table} WHERE ${equal(table.partitionKey)} LIMIT 1`;
    return (await this.options.client.readOne(query, [generation, ...partition])) !== null;
  }

  /** Of one partition, by clustering key. */
  async #rows(
    table: ReadModelTable,
    generation: number,
    partition: readonly unknown[],
  ): Promise<ReadonlyMap<string, Row>> {
    const query = `SELECT * FROM ${table.table} WHERE ${equal(table.partitionKey)}`;
    const rows = await this.options.client.read(query, [generation, ...partition]);
    return new Map(rows.map((row) => [JSON.stringify(table.clusteringKey.map((column) => row[column])), row]));
  }

  async #row({ table, partition, clustering }: Doubt, generation: number): Promise<Row | undefined> {
    const query = `SELECT * FROM ${table.table} WHERE ${equal([...table.partitionKey, ...table.clusteringKey])}`;
    return (await this.options.client.readOne(query, [generation, ...partition, ...clustering])) ?? undefined;
  }
}

function verdictOf(was: Row | undefined, is: Row | undefined): Verdict {
  if (was === undefined) return is === undefined ? 'same' : 'onlyInNew';
  if (is === undefined) return 'onlyInOld';
  return textOf(was) === textOf(is) ? 'same' : 'different';
}

const textOf = (row: Row): string => JSON.stringify({ ...row, generation: undefined });

const equal = (columns: readonly string[]): string => columns.map((column) => `${column} = ?`).join(' AND ');
