import { openEventStoreLog, type EventStoreLog, type EventStoreLogOptions } from '@parley/eventstore';
import { createLogger } from '@parley/platform';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnCompatibleNode, type ChildNode } from '../../eventstore-node/index.js';
import { MemoryEventIdIndex } from '../../kit/memory-event-id-index.js';

/** Where a real server is to be tested against; otherwise a compatible node is started. */
const realServer = process.env['EVENTSTORE_URL'];

const logger = createLogger(process.env['LOG_LEVEL'] ?? 'silent');

export interface Server {
  readonly url: string;
  stop(): Promise<void>;
}

/** EVENTSTORE_URL, or a compatible node in a process of its own. */
export async function startServer(): Promise<Server> {
  if (realServer !== undefined) return { url: realServer, stop: async () => undefined };
  const node = await OwnNode.start();
  return { url: node.url, stop: () => node.remove() };
}

/** Those of EVENTSTORE_URL, or some that a node without TLS does not look at. */
export function withCredentials(url: string): string {
  return url.includes('@') ? url : url.replace('esdb://', 'esdb://admin:changeit@');
}

/** A compatible node that a test kills, freezes and starts again on the same data. Never the server of EVENTSTORE_URL. */
export class OwnNode {
  readonly #directory: string;
  #node: ChildNode;

  private constructor(directory: string, node: ChildNode) {
    this.#directory = directory;
    this.#node = node;
  }

  static async start(): Promise<OwnNode> {
    const directory = mkdtempSync(join(tmpdir(), 'parley-eventstore-'));
    return new OwnNode(directory, await spawnCompatibleNode({ directory }));
  }

  get url(): string {
    return this.#node.connectionString;
  }

  kill(): Promise<void> {
    return this.#node.kill();
  }

  async startAgain(): Promise<void> {
    this.#node = await spawnCompatibleNode({ directory: this.#directory, port: this.#node.port });
  }

  freeze(): void {
    this.#node.freeze();
  }

  thaw(): void {
    this.#node.thaw();
  }

  async remove(): Promise<void> {
    await this.#node.kill();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

export interface OpenLog extends EventStoreLog {
  readonly index: MemoryEventIdIndex;
}

type OpenOptions = Partial<Omit<EventStoreLogOptions, 'index'>> & { readonly index?: MemoryEventIdIndex };

/**
 * A log with an index in memory, by default one of its own that follows it from the present on. Patient, for machines
 * that are busy with other things; tests of time give their own.
 */
export async function openLog(url: string, options: OpenOptions = {}): Promise<OpenLog> {
  const index = options.index ?? new MemoryEventIdIndex();
  const log = await openEventStoreLog({
    url,
    logger,
    appendTimeoutMs: 60_000,
    readTimeoutMs: 60_000,
    ...options,
    index,
  });
  if (options.index === undefined) index.follow(log, (await log.info()).lastPosition);
  return {
    ...log,
    index,
    async close() {
      if (options.index === undefined) await index.close();
      await log.close();
    },
  };
}
