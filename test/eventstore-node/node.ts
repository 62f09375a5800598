import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createSocketServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { ServerCredentials } from '@grpc/grpc-js';
import { EventLog } from './store/event-log.js';
import { FileStorage } from './store/file-storage.js';
import { writeSystemEvents } from './store/first-start.js';
import { MemoryStorage } from './store/storage.js';
import { NodeContext } from './wire/context.js';
import type { NodeLimits } from './wire/context.js';
import { createServer } from './wire/services.js';

export interface CompatibleNodeOptions {
  /** Holds the log. Without it everything is in memory and gone at the end. */
  readonly directory?: string;
  /** Default 0: any free one. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Files in PEM form. With them: TLS, and credentials are required (admin or ops, changeit). */
  readonly tls?: { readonly certFile: string; readonly keyFile: string };
  /** The host that gossip tells clients to use. Default: `host`. */
  readonly advertisedHost?: string;
  readonly limits?: Partial<NodeLimits>;
  /** How many of the newest event ids are remembered. Default 100,000. */
  readonly recentIds?: number;
}

/** A running compatible node. Not EventStoreDB: it speaks its protocol, for tests. */
export interface CompatibleNode {
  /** For the client package. With TLS: trusts the node's own certificate and calls as admin. */
  readonly connectionString: string;
  readonly port: number;
  /** Answers what it has accepted, ends every call and closes the log. */
  stop(): Promise<void>;
  /** Cuts every connection and forgets what is not durable yet, as `kill -9` would. */
  crash(): Promise<void>;
}

const DEFAULT_LIMITS: NodeLimits = {
  maxAppendSize: 1024 * 1024,
  writeTimeoutMs: 2_000,
  liveBuffer: 64,
  slowConsumerMs: 500,
};

/** @throws Error when the port is taken or the log cannot be read */
export async function startCompatibleNode(options: CompatibleNodeOptions = {}): Promise<CompatibleNode> {
  const storage = options.directory === undefined ? new MemoryStorage() : new FileStorage(options.directory);
  const log = new EventLog(storage, options.recentIds === undefined ? {} : { recentIds: options.recentIds });
  await writeSystemEvents(log);
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const host = options.host ?? '127.0.0.1';
  const sockets = new Set<Socket>();
  const listener = createSocketServer((socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    injector.injectConnection(socket);
  });
  const port = (): number => (listener.address() as AddressInfo).port;
  const server = createServer(new NodeContext(log, limits, options.tls !== undefined), {
    instanceId: randomUUID(),
    endpoint: () => ({ host: options.advertisedHost ?? host, port: port() }),
  });
  const injector = server.createConnectionInjector(credentials(options.tls));
  listener.listen(options.port ?? 0, host);
  await once(listener, 'listening').catch(async (error: unknown) => {
    await log.close();
    throw error;
  });
  const boundPort = port();
  const closeListener = async (): Promise<void> => {
    const closed = once(listener, 'close');
    listener.close();
    for (const socket of sockets) socket.destroySoon();
    await closed;
  };
  return {
    connectionString: connectionString(options, host, boundPort),
    port: boundPort,
    async stop() {
      await log.settled();
      server.forceShutdown();
      await closeListener();
      await log.close();
    },
    async crash() {
      for (const socket of sockets) socket.resetAndDestroy();
      server.forceShutdown();
      const crashed = log.crash();
      await closeListener();
      await crashed;
    },
  };
}

function credentials(tls: CompatibleNodeOptions['tls']): ServerCredentials {
  if (tls === undefined) return ServerCredentials.createInsecure();
  const pair = { cert_chain: readFileSync(tls.certFile), private_key: readFileSync(tls.keyFile) };
  return ServerCredentials.createSsl(null, [pair]);
}

function connectionString(options: CompatibleNodeOptions, host: string, port: number): string {
  if (options.tls === undefined) return `esdb://${host}:${String(port)}?tls=false`;
  return `esdb://admin:changeit@${host}:${String(port)}?tls=true&tlsCAFile=${options.tls.certFile}`;
}
