/**
 * Everything the client takes from the world around it. Nothing else in this package reads a clock, rolls dice, sets a
 * timer, opens a socket or fetches, so a simulation that passes its own `Environment` decides all of it.
 */
export interface Environment {
  /** Milliseconds since 1970 UTC. Only for display and for measuring waits: never for order. */
  now(): number;
  /** At least 0, below 1. For jitter. */
  random(): number;
  /** 1 to 64 visible ASCII characters that never come twice, on any device. */
  uniqueId(): string;
  setTimer(run: () => void, ms: number): Timer;
  /** Runs once after what is going on now, so that frames written together leave together. */
  defer(run: () => void): void;
  readonly WebSocket: SocketConstructor;
  readonly fetch: FetchLike;
}

export interface Timer {
  cancel(): void;
}

/** What is used of a WebSocket: the browser's, Node's and that of the `ws` package all fit. */
export interface SocketLike {
  readonly bufferedAmount: number;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(data: string): void;
  close(code?: number, reason?: string): void;
  /** Where there is one: ends a dead connection without waiting for the other side. */
  terminate?(): void;
}
export type SocketConstructor = new (url: string, protocols?: string[]) => SocketLike;

export interface FetchRequest {
  method: string;
  headers: Record<string, string>;
  body?: string;
  signal?: AbortSignal;
}
export interface FetchResponse {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
}
export type FetchLike = (url: string, request: FetchRequest) => Promise<FetchResponse>;

/** The real world; any part can be replaced. */
export function systemEnvironment(parts: Partial<Environment> = {}): Environment {
  const { setImmediate: immediate } = globalThis as { setImmediate?: (run: () => void) => unknown };
  return {
    now: () => Date.now(),
    random: () => Math.random(),
    uniqueId: () =>
      Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(''),
    setTimer(run, ms) {
      const timer = setTimeout(run, ms);
      return { cancel: () => clearTimeout(timer) };
    },
    defer: immediate === undefined ? (run) => queueMicrotask(run) : (run) => void immediate(run),
    WebSocket: globalThis.WebSocket,
    fetch: (url, request) => fetch(url, request),
    ...parts,
  };
}
