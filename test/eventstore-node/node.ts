import { randomUUID } from 'node:crypto';
import { DirectoryLock } from './store/directory-lock.js';
import { EventLog } from './store/event-log.js';
import { FileStorage } from './store/file-storage.js';
import { writeSystemEvents } from './store/first-start.js';
import { MemoryStorage } from './store/storage.js';
import { NodeContext } from './wire/context.js';
import type { NodeLimits } from './wire/context.js';
import { Listener } from './wire/listener.js';
import type { TlsFiles } from './wire/listener.js';
import { createServer } from './wire/services.js';

export interface CompatibleNodeOptions {
  /** Holds the log. Without it everything is in memory and gone at the end. */
  readonly directory?: string;
  /** Default 0: any free one. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** In PEM form. With them: TLS, and credentials are required (admin or ops, changeit). */
  readonly tls?: TlsFiles;
  /** The host that gossip tells clients to use. Default: `host`. */
  readonly advertisedHost?: string;
  readonly limits?: Partial<NodeLimits>;
  /** How many of the newest event ids are remembered. Default 100,000. */
  readonly recentIds?: number;
}

/** A running compatible node. Not EventStoreDB: it speaks its protocol, for tests. It ends once: what comes second waits. */
export interface CompatibleNode {
  /** For the client package. With TLS: trusts the node's own certificate and calls as admin. */
  readonly connectionString: string;
  readonly port: number;
  /** Writes what it has accepted, cancels every open call and closes the log. */
  stop(): Promise<void>;
  /** Resets every connection and forgets what is not durable yet, as `kill -9` would. */
  crash(): Promise<void>;
}

const DEFAULT_LIMITS: NodeLimits = {
  maxAppendSize: 1024 * 1024,
  writeTimeoutMs: 2_000,
  liveBuffer: 64,
  slowConsumerMs: 500,
};

/** @throws Error when the port or the directory is taken, or the log cannot be read */
export async function startCompatibleNode(options: CompatibleNodeOptions = {}): Promise<CompatibleNode> {
  const lock = options.directory === undefined ? null : await DirectoryLock.take(options.directory);
  try {
    return await start(options, lock);
  } catch (error) {
    await lock?.release();
    throw error;
  }
}

async function start(options: CompatibleNodeOptions, lock: DirectoryLock | null): Promise<CompatibleNode> {
  const storage = options.directory === undefined ? new MemoryStorage() : new FileStorage(options.directory);
  const log = new EventLog(storage, options.recentIds === undefined ? {} : { recentIds: options.recentIds });
  await writeSystemEvents(log);
  const host = options.host ?? '127.0.0.1';
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const server = createServer(new NodeContext(log, limits, options.tls !== undefined), {
    instanceId: randomUUID(),
    endpoint: () => ({ host: options.advertisedHost ?? host, port: listener.port }),
  });
  const listener = new Listener(server, options.tls);
  try {
    await listener.listen(options.port ?? 0, host);
  } catch (error) {
    await log.close();
    throw error;
  }
  const { port } = listener;
  let ended: Promise<void> | null = null;
  const stop = async (): Promise<void> => {
    await log.settled();
    await listener.close();
    await log.close();
    await lock?.release();
  };
  const crash = async (): Promise<void> => {
    await Promise.all([log.crash(), listener.crash()]);
    await lock?.release();
  };
  return {
    connectionString: connectionString(options, host, port),
    port,
    async stop() {
      await (ended ??= stop());
    },
    async crash() {
      await (ended ??= crash());
    },
  };
}

function connectionString(options: CompatibleNodeOptions, host: string, port: number): string {
  if (options.tls === undefined) return `esdb://${host}:${String(port)}?tls=false`;
  return `esdb://admin:changeit@${host}:${String(port)}?tls=true&tlsCAFile=${options.tls.certFile}`;
}
