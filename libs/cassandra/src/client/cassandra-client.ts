import { type Logger, Silence } from '@parley/platform';
import { Gate, mapBounded } from '@parley/platform/bounded';
import { ReadModelUnavailable } from '@parley/ports';
import cassandra from 'cassandra-driver';
import { setTimeout as delay } from 'node:timers/promises';
import { connectWhenThere, shutDown } from './connection.js';
import type { DriverSettings } from './driver.js';
import { durabilityAdvice, losesAcknowledged } from './durability.js';
import { asUnavailable, isReadFailure, isTimeout } from './failures.js';
import { type Row, rowsOf } from './rows.js';
import { holdsAllOnEveryNode, type Replication } from './replication.js';
import { batchesOf, sharedBy, type Statement } from './statements.js';
import { type CassandraAddress, parseCassandraUrl } from './url.js';
import { WritesTogether } from './writes-together.js';

const { types } = cassandra;

export interface CassandraOptions {
  /** See parseCassandraUrl. */
  readonly url: string;
  readonly logger: Logger;
  /** How long an answer may take, ms. Default 3,000. */
  readonly readTimeoutMs?: number;
  /** Writes under way at once, of the whole client. Default 64. */
  readonly writeConcurrency?: number;
}

/** Answer of a lightweight transaction. */
export interface Conditional {
  readonly applied: boolean;
  /** Not applied: what the condition looked at, as it is; null when there is no row. */
  readonly found: Row | null;
}

/** Rows of a page while streaming. */
const pageRows = 1_000;
const agreementPauseMs = 200;
/** A replica that missed a change of the schema fetches it within seconds; another one answers at once. */
const readFailurePauseMs = 100;

/**
 * One connection pool to one keyspace, shared by everything in a process. Every call has a deadline (read timeout, once
 * more on another node) and fails with ReadModelUnavailable when the engine is away, slow, silent (at once) or not connected yet; other
 * errors mean a wrong statement. Everything is read and written with LOCAL_QUORUM.
 */
export class CassandraClient {
  readonly address: CassandraAddress;
  /** Resolves when a node answered for the first time; rejects when it was closed before. */
  readonly connected: Promise<void>;
  readonly logger: Logger;
  #driver: cassandra.Client | null = null;
  readonly #writeConcurrency: number;
  readonly #writes: Gate;
  readonly #silence = new Silence({
    now: () => performance.now(),
    isTimeout,
    refusal: () => new ReadModelUnavailable('Cassandra: it takes everything and answers nothing'),
    onChange: (isSilent) => this.#tellSilence(isSilent),
  });
  readonly #together = new WritesTogether((partitions) => this.#writeGroups(sharedBy(partitions)));
  readonly #closing = new AbortController();

  /**
   * Returns at once and connects in the background, waiting for an engine that is late.
   * @throws InvalidCassandraUrl
   */
  constructor(options: CassandraOptions & { readonly inKeyspace?: boolean }) {
    const { url, logger, readTimeoutMs, writeConcurrency = 64, inKeyspace = true } = options;
    this.address = parseCassandraUrl(url);
    this.logger = logger;
    this.#writeConcurrency = writeConcurrency;
    this.#writes = new Gate(writeConcurrency);
    const settings = {
      address: this.address,
      logger,
      inKeyspace,
      ...(readTimeoutMs === undefined ? {} : { readTimeoutMs }),
    };
    this.connected = this.#connect(settings);
    this.connected.catch(() => undefined);
  }

  /** Nodes of the local data centre that answer, and all that are known of it. */
  nodes(): { readonly up: number; readonly known: number } {
    const hosts = this.#driver?.hosts.values().filter((host) => host.datacenter === this.address.dataCenter) ?? [];
    return { up: hosts.filter((host) => host.isUp()).length, known: hosts.length };
  }

  /** All rows of a query that is bounded by its key or a LIMIT. `serial`: after all lightweight transactions so far. */
  async read<R = Row>(
    query: string,
    params: readonly unknown[],
    options: { readonly serial?: boolean } = {},
  ): Promise<readonly R[]> {
    const consistency = options.serial === true ? types.consistencies.localSerial : types.consistencies.localQuorum;
    let page = await this.#page(query, params, { consistency, fetchSize: 5_000 });
    let rows = page.rows;
    while (page.next !== null) {
      page = await this.#page(query, params, { consistency, fetchSize: 5_000, pageState: page.next });
      rows = [...rows, ...page.rows];
    }
    return rows as readonly R[];
  }

  /** The first row, or null. */
  async readOne<R = Row>(
    query: string,
    params: readonly unknown[],
    options: { readonly serial?: boolean } = {},
  ): Promise<R | null> {
    const [row] = await this.read<R>(query, params, options);
    return row ?? null;
  }

  /** Rows page by page, for queries without a bound: no more than one page is in memory. */
  async *stream<R = Row>(query: string, params: readonly unknown[]): AsyncGenerator<readonly R[], void, undefined> {
    let next: string | null = null;
    do {
      const options = { fetchSize: pageRows, ...(next === null ? {} : { pageState: next }) };
      const page: Page = await this.#page(query, params, options);
      yield page.rows as readonly R[];
      ({ next } = page);
    } while (next !== null);
  }

  /** One write, which must be idempotent: it may be sent twice. */
  write(statement: Statement): Promise<void> {
    return this.writeAll([[statement]]);
  }

  /**
   * Many idempotent writes. Each group holds the writes of one partition (of one table): they go as unlogged batches,
   * one after the other; groups go side by side, or several in one batch where every node has every row anyway, with
   * those of whoever else writes at the same time. All are through when it resolves; when it rejects, any part may be.
   */
  writeAll(partitions: readonly (readonly Statement[])[]): Promise<void> {
    return this.#everyNodeHasAll ? this.#together.write(partitions) : this.#writeGroups(partitions);
  }

  /**
   * A lightweight transaction. When it fails its outcome is not known: read with `serial`, which finishes or buries it,
   * then decide.
   */
  async conditional(query: string, params: readonly unknown[]): Promise<Conditional> {
    const result = await this.#send((driver) => driver.execute(query, params as unknown[], { isIdempotent: false }));
    if (result.wasApplied()) return { applied: true, found: null };
    const { '[applied]': _, ...found } = rowsOf(result)[0] ?? {};
    return { applied: false, found: Object.keys(found).length === 0 ? null : found };
  }

  /**
   * A change of the schema. When it resolves all nodes that are up have it, whoever made it: also a change that another
   * one has just made and that was left out here (`IF NOT EXISTS`). @throws ReadModelUnavailable
   */
  async define(statement: string, timeoutMs = 30_000): Promise<void> {
    // The same node for everybody: two nodes that make one table at once would disagree about it for ever.
    const [host] = this.#connectedDriver()
      .hosts.values()
      .filter((candidate) => candidate.isUp())
      .toSorted((a, b) => (a.address < b.address ? -1 : 1));
    const one = host === undefined ? {} : { host };
    await this.#insist((driver) =>
      driver.execute(statement, [], { ...one, prepare: false, readTimeout: timeoutMs, isIdempotent: false }),
    );
    await this.#agreement(one, performance.now() + timeoutMs);
  }

  /** Refuses further calls; bounded in time (5 s). Safe to call twice. */
  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort(new ReadModelUnavailable('Cassandra: the connection is closed'));
    const driver = this.#driver;
    this.#driver = null;
    if (driver !== null) await shutDown(driver, this.logger);
  }

  /** Waits until the nodes that are up have the same schema, as this node sees it. */
  async #agreement(one: { readonly host?: cassandra.Host }, until: number): Promise<void> {
    const options = { ...one, consistency: types.consistencies.localOne };
    for (;;) {
      const local = await this.#page('SELECT schema_version FROM system.local', [], options);
      const peers = await this.#page('SELECT rpc_address, schema_version FROM system.peers', [], options);
      const up = this.#connectedDriver()
        .hosts.values()
        .filter((host) => host.isUp())
        .map(({ address }) => address.slice(0, address.lastIndexOf(':')));
      const versions = [...local.rows, ...peers.rows.filter((row) => up.includes(String(row['rpc_address'])))];
      if (new Set(versions.map((row) => String(row['schema_version']))).size <= 1) return;
      if (performance.now() > until) throw new ReadModelUnavailable('Cassandra: the nodes do not agree on the schema');
      await delay(agreementPauseMs);
    }
  }

  async #connect(settings: DriverSettings): Promise<void> {
    this.#driver = await connectWhenThere(settings, this.#closing.signal);
    void this.#adviseOnDurability();
  }

  /** Says nothing where the setting cannot be read: not every engine that speaks CQL has that table. */
  async #adviseOnDurability(): Promise<void> {
    const setting = `SELECT value FROM system_views.settings WHERE name = 'commitlog_sync'`;
    const row = await this.readOne<{ value: string }>(setting, []).catch(() => null);
    const replication = this.#replication;
    if (row === null || replication === undefined) return;
    const { keyspace, dataCenter } = this.address;
    if (losesAcknowledged(replication, dataCenter, row.value)) this.logger.warn({ keyspace }, durabilityAdvice);
  }

  async #writeGroups(groups: readonly (readonly Statement[])[]): Promise<void> {
    await mapBounded(groups, this.#writeConcurrency, async (group) => {
      for (const batch of batchesOf(group)) await this.#writes.run(() => this.#writeBatch(batch));
    });
  }

  #writeBatch(batch: readonly Statement[]): Promise<unknown> {
    const [only] = batch;
    if (batch.length === 1 && only !== undefined) {
      const { query, params } = only;
      return this.#send((driver) => driver.execute(query, params as unknown[], { isIdempotent: true }));
    }
    const queries = batch as { query: string; params: unknown[] }[];
    return this.#send((driver) => driver.batch(queries, { logged: false, isIdempotent: true }));
  }

  async #page(query: string, params: readonly unknown[], options: cassandra.QueryOptions): Promise<Page> {
    const read = () =>
      this.#send((driver) => driver.execute(query, params as unknown[], { ...options, isIdempotent: true }));
    const result = await read().catch(async (error: unknown) => {
      if (!isReadFailure((error as Error).cause)) throw error;
      await delay(readFailurePauseMs);
      return read();
    });
    return { rows: rowsOf(result), next: result.pageState ?? null };
  }

  async #send(
    work: (driver: cassandra.Client) => Promise<cassandra.types.ResultSet>,
  ): Promise<cassandra.types.ResultSet> {
    const driver = this.#connectedDriver();
    try {
      return await this.#silence.run(() => work(driver));
    } catch (error) {
      throw asUnavailable(error);
    }
  }

  #tellSilence(isSilent: boolean): void {
    if (isSilent) this.logger.warn('Cassandra does not answer: it is not waited for until it does');
    else this.logger.info('Cassandra answers again');
  }

  /** Waits for the answer, whatever others have waited for in vain. */
  async #insist(
    work: (driver: cassandra.Client) => Promise<cassandra.types.ResultSet>,
  ): Promise<cassandra.types.ResultSet> {
    try {
      return await work(this.#connectedDriver());
    } catch (error) {
      throw asUnavailable(error);
    }
  }

  /** As the driver knows the keyspace and its nodes; false while it does not. */
  get #everyNodeHasAll(): boolean {
    const replication = this.#replication;
    return replication !== undefined && holdsAllOnEveryNode(replication, this.address.dataCenter, this.nodes().known);
  }

  get #replication(): Replication | undefined {
    // The driver's types leave the options out.
    return this.#driver?.metadata.keyspaces[this.address.keyspace] as Replication | undefined;
  }

  #connectedDriver(): cassandra.Client {
    if (this.#driver !== null) return this.#driver;
    this.#closing.signal.throwIfAborted();
    throw new ReadModelUnavailable('Cassandra: not connected yet');
  }
}

interface Page {
  readonly rows: readonly Row[];
  readonly next: string | null;
}

/** A client that is connected: waits for an engine that is late. Aborting the signal ends the wait with its reason. */
export async function connectCassandra(
  options: CassandraOptions & { readonly signal?: AbortSignal },
): Promise<CassandraClient> {
  const client = new CassandraClient(options);
  const { signal } = options;
  const close = (): void => void client.close();
  if (signal?.aborted === true) close();
  signal?.addEventListener('abort', close, { once: true });
  try {
    await client.connected;
    return client;
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', close);
  }
}
