import type { EventEmitter } from 'node:events';
import { Injector as Objects, metadata } from './injector.js';

type Class = abstract new (...given: never[]) => object;

interface LifeCycle {
  onApplicationBootstrap?(): unknown;
  beforeApplicationShutdown?(): unknown;
  onApplicationShutdown?(): unknown;
}
interface Handler {
  execute(command: object): unknown;
}

/** The objects of the modules of one process, and their life. */
export class Injector extends Objects {
  /** All of them exist from here on. */
  begin(): void {
    for (const object of this.#all()) void object.onApplicationBootstrap?.();
  }

  async end(): Promise<void> {
    for (const object of this.#all()) await object.beforeApplicationShutdown?.();
    for (const object of this.#all()) await object.onApplicationShutdown?.();
  }

  #all(): readonly LifeCycle[] {
    return this.providers.map((provider) => this.get(provider) as LifeCycle);
  }
}

/** `http`: sends `upgrade` for each new socket, as Node's server does. */
export function injectorOf(
  modules: readonly object[],
  ports: ReadonlyMap<symbol, unknown>,
  http: EventEmitter,
): Injector {
  const injector: Injector = new Injector(modules, ports, {
    CommandBus: { execute: (command: object) => handlerOf(injector, command).execute(command) },
    HttpAdapterHost: { httpAdapter: { getHttpServer: () => http } },
  });
  return injector;
}

const handlerClasses = new WeakMap<object, Class>();

/** As the command bus finds it: by the class of the command. */
function handlerOf(injector: Injector, command: object): Handler {
  const { constructor } = command;
  let handler = handlerClasses.get(constructor);
  if (handler === undefined) {
    handler = injector.providers.find((provider) => metadata('__commandHandler__', provider) === constructor);
    if (handler === undefined) throw new Error(`nobody handles ${constructor.name}`);
    handlerClasses.set(constructor, handler);
  }
  return injector.get(handler) as Handler;
}
