import type { HostEvent, MethodName, PlainError, ToHost, ToPage } from '../host/channel.js';
import type { Methods } from '../host/methods.js';

/** What the host refused. `code` is stable; `message` is for people. */
export class Refusal extends Error implements PlainError {
  readonly code: string;
  readonly retryable: boolean;
  readonly errors: PlainError['errors'];

  constructor({ code, message, retryable, errors }: PlainError) {
    super(message);
    this.code = code;
    this.retryable = retryable;
    this.errors = errors;
  }
}

/** A page's end of the way to the host. `call.send(…)` runs the host's method of that name. */
export interface Link {
  readonly call: Methods;
}

const isVisible = (): boolean => document.visibilityState === 'visible';

/** Connects this page with the host of the browser, and hands over what it tells. */
export async function connectHost(onEvent: (event: HostEvent) => void): Promise<Link> {
  const port = await openPort();
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Refusal): void }>();
  let lastRef = 0;
  const say = (message: ToHost): void => port.postMessage(message);

  port.addEventListener('message', ({ data }: MessageEvent<ToPage>) => {
    if (data.type !== 'answer' && data.type !== 'refusal') {
      onEvent(data);
      return;
    }
    const call = waiting.get(data.ref);
    waiting.delete(data.ref);
    if (data.type === 'answer') call?.resolve(data.value);
    else call?.reject(new Refusal(data.error));
  });
  port.start();

  const attach = (): void => say({ type: 'attach', isVisible: isVisible() });
  attach();
  document.addEventListener('visibilitychange', () => say({ type: 'visible', isVisible: isVisible() }));
  addEventListener('pagehide', () => say({ type: 'detach' }));
  addEventListener('pageshow', (event) => {
    if (event.persisted) attach();
  });

  const call = new Proxy({} as Methods, {
    get:
      (_, method: MethodName) =>
      (...parameters: unknown[]) =>
        new Promise((resolve, reject) => {
          const ref = ++lastRef;
          waiting.set(ref, { resolve, reject });
          say({ type: 'call', ref, method, parameters });
        }),
  });
  return { call };
}

/** To the worker that all tabs share; without shared workers, to a host in this page. */
async function openPort(): Promise<MessagePort> {
  if (typeof SharedWorker === 'function')
    return new SharedWorker(new URL('../host/worker.ts', import.meta.url), { type: 'module', name: 'parley' }).port;
  const { Host } = await import('../host/host.js');
  const { port1, port2 } = new MessageChannel();
  new Host(location.origin).attach(port1);
  return port2;
}
