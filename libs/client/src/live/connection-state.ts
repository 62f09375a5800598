import type { ParleyClientError } from '../errors.js';

/** How the connection stands, for the application to show honestly. */
export type ConnectionState =
  /** `connect` was not called, or `close` was. */
  | { readonly phase: 'idle' }
  /** `attempt` counts from 0 since the connection last was stable. */
  | { readonly phase: 'connecting'; readonly attempt: number }
  /** Connected; what happened meanwhile is coming in. */
  | { readonly phase: 'syncing' }
  /** Up to date; everything comes as it happens. */
  | { readonly phase: 'live' }
  /** Connection lost; the next attempt is at `retryAt`, milliseconds since 1970. */
  | { readonly phase: 'waiting'; readonly retryAt: number; readonly reason: string }
  /** There is no use in trying again: log in again, or see `error`. */
  | { readonly phase: 'stopped'; readonly error: ParleyClientError };

export interface ConnectionOptions {
  /** Longest first wait before a reconnect, doubling. Default 250. */
  readonly backoffBaseMs: number;
  /** Longest wait before a reconnect. Default 30,000. */
  readonly backoffCapMs: number;
  /** From dialling to the server's welcome. Default 10,000. */
  readonly connectTimeoutMs: number;
  /** A connection that was up this long makes the next backoff start small again. Default 10,000. */
  readonly stableAfterMs: number;
  /** How long a connection whose server goes away may stay to get its answers. Default 1,000. */
  readonly drainMs: number;
}

export const defaultConnectionOptions: ConnectionOptions = {
  backoffBaseMs: 250,
  backoffCapMs: 30_000,
  connectTimeoutMs: 10_000,
  stableAfterMs: 10_000,
  drainMs: 1000,
};
