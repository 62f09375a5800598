/**
 * Everything the client takes from the world around it. Nothing else in this package reads a clock, rolls dice, sets a
 * timer, opens a socket or fetches, so a simulation that passes its own `Environment` decides all of it.
 */
export interface Environment {
  /** Milliseconds since 1970 UTC. Only for display and for what others say in such times: never for order, nor for waits. */
  now(): number;
  /** Milliseconds since some moment. Only rises, whatever is done to the clock: for measuring waits. */
  elapsed(): number;
  /** At least 0, below 1. For jitter. */
  random(): number;
  /** 1 to 64 visible ASCII characters that never come twice, on any device. */
  uniqueId(): string;
  setTimer(run: () => void, ms: number): Timer;
  /** Runs once after what is going on now, so that frames written together leave together. */
  defer(run: () => void): void;
  /** Runs `work` alone among all tabs or threads that share the store; where there are none, it just runs it. */
  exclusive<T>(name: string, work: () => Promise<T>): Promise<T>;
  readonly WebSocket: SocketConstructor;
  readonly fetch: FetchLike;
}

export interface Timer {
  cancel(): void;
}

/** What is used of a WebSocket: the browser's, Node's and that of the `ws` package all fit. */
export interface SocketLike {
  readonly bufferedAmount: number;
  addEventListener(type: 'open' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { readonly code: number; readonly reason: string }) => void): void;
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
type FetchLike = (url: string, request: FetchRequest) => Promise<FetchResponse>;

/** The real world; any part can be replaced. */
export function systemEnvironment(parts: Partial<Environment> = {}): Environment {
  const { setImmediate: immediate } = globalThis as { setImmediate?: (run: () => void) => unknown };
  return {
    now: () => Date.now(),
    elapsed: () => performance.now(),
    random: () => Math.random(),
    uniqueId: () =>
      Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(''),
    setTimer(run, ms) {
      const timer = setTimeout(run, ms);
      return { cancel: () => clearTimeout(timer) };
    },
    defer: immediate === undefined ? (run) => queueMicrotask(run) : (run) => void immediate(run),
    exclusive: (name, work) => {
      const locks = (globalThis.navigator as { locks?: LockManager } | undefined)?.locks;
      return locks === undefined ? work() : locks.request(name, work);
    },
    WebSocket: globalThis.WebSocket,
    fetch: (url, request) => fetch(url, request),
    ...parts,
  };
}
