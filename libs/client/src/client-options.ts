import type { TokenSource } from './api/transport.js';
import type { Environment } from './environment.js';
import { type ConnectionOptions, defaultConnectionOptions } from './live/connection-state.js';
import type { Recorder } from './recorder.js';
import type { Limits } from './state/local-state.js';
import type { KeyValueStore } from './storage/key-value-store.js';

export interface ClientOptions {
  /** Of the server, without a path: `https://chat.example.org`. */
  readonly url: string;
  /** Of the gateway (socket and reads), where it is not at `url`. */
  readonly gatewayUrl?: string;
  /** Keeps tokens, outbox and state. Default: as long as the process. One device, one store. */
  readonly store?: KeyValueStore;
  /** Tokens of an issuer of your own; without it, `logIn` gets them. */
  readonly tokens?: TokenSource;
  /** How much is kept in memory. Default: 200 messages, 50 notices, 1,000 members a conversation; 5,000 people. */
  readonly limits?: Partial<Limits>;
  /** False: connected only to send; nothing is synced, nothing comes in. Default true. */
  readonly sync?: boolean;
  /** False: the server does not send one's own messages again. Spares bytes. Default true. */
  readonly echo?: boolean;
  /** How often at most the server is told what has arrived, per conversation; false: never. Default 1,000 ms. */
  readonly deliveredEveryMs?: number | false;
  /** Messages of one conversation under way at once; above 1 their order is no longer certain. Default 1. */
  readonly pipeline?: number;
  /** Messages that may wait to be sent. Default 1,000. */
  readonly maxPending?: number;
  /** How long after a change the state is saved. Default 1,000 ms. */
  readonly saveAfterMs?: number;
  /** A frame or request without an answer in this time is given up or repeated. Default 15,000. */
  readonly answerTimeoutMs?: number;
  /** How long a command (an edit, a reaction) is tried, over any number of connections. Default 60,000. */
  readonly commandTimeoutMs?: number;
  readonly connection?: Partial<ConnectionOptions>;
  readonly environment?: Partial<Environment>;
  /** Gets every entry of this device's ledger. */
  readonly record?: Recorder;
}

/** Everything decided. */
export interface Settings {
  readonly url: string;
  readonly gatewayUrl: string;
  readonly socketUrl: string;
  readonly limits: Limits;
  readonly sync: boolean;
  readonly echo: boolean;
  readonly deliveredEveryMs: number | false;
  readonly pipeline: number;
  readonly maxPending: number;
  readonly saveAfterMs: number;
  readonly answerTimeoutMs: number;
  readonly commandTimeoutMs: number;
  readonly connection: ConnectionOptions;
}

export function settingsOf(options: ClientOptions): Settings {
  const url = options.url.replace(/\/+$/, '');
  const gatewayUrl = (options.gatewayUrl ?? url).replace(/\/+$/, '');
  return {
    url,
    gatewayUrl,
    socketUrl: `${gatewayUrl.replace(/^http/, 'ws')}/v1/socket`,
    limits: { messages: 200, notices: 50, members: 1000, people: 5000, ...options.limits },
    sync: options.sync ?? true,
    echo: options.echo ?? true,
    deliveredEveryMs: options.deliveredEveryMs ?? 1000,
    pipeline: options.pipeline ?? 1,
    maxPending: options.maxPending ?? 1000,
    saveAfterMs: options.saveAfterMs ?? 1000,
    answerTimeoutMs: options.answerTimeoutMs ?? 15_000,
    commandTimeoutMs: options.commandTimeoutMs ?? 60_000,
    connection: { ...defaultConnectionOptions, ...options.connection },
  };
}
