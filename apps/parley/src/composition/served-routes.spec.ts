import 'reflect-metadata';
import { type DynamicModule, RequestMethod, type Type } from '@nestjs/common';
import {
  createLogger,
  createMetrics,
  createRateLimiter,
  loadConfig,
  ROUTE_METADATA,
  systemClock,
} from '@parley/platform';
import { allRoutes, type Route } from '@parley/protocol';
import { expect, it } from 'vitest';
import { AppModule } from './app-module.js';
import type { Engines } from './engines.js';

type AnyModule = Type | DynamicModule;

const metadataOf = (key: string | symbol, target: object): unknown => Reflect.getMetadata(key, target);

/** Every controller that Nest finds from this module on. */
function controllersOf(module: AnyModule): readonly Type[] {
  const type = 'module' in module ? module.module : module;
  const imports = [
    ...((metadataOf('imports', type) as readonly AnyModule[] | undefined) ?? []),
    ...(('imports' in module ? (module.imports as readonly AnyModule[] | undefined) : undefined) ?? []),
  ];
  return [
    ...((metadataOf('controllers', type) as readonly Type[] | undefined) ?? []),
    ...imports.flatMap(controllersOf),
  ];
}

interface Served {
  readonly place: string;
  readonly route: Route | undefined;
}

/** What Nest will register for a controller: from its own metadata, not from our table. */
function servedBy(controller: Type): readonly Served[] {
  const prefix = (metadataOf('path', controller) as string | undefined) ?? '/';
  const prototype = controller.prototype as Readonly<Record<string, object>>;
  return Object.getOwnPropertyNames(prototype).flatMap((name) => {
    if (name === 'constructor') return [];
    const handler = prototype[name];
    const path = handler === undefined ? undefined : (metadataOf('path', handler) as string | undefined);
    if (handler === undefined || path === undefined) return [];
    const verb = RequestMethod[metadataOf('method', handler) as RequestMethod];
    const place = `${verb} ${`/${prefix}/${path}`.replace(/\/+/g, '/').replace(/(.)\/$/, '$1')}`;
    return [{ place, route: metadataOf(ROUTE_METADATA, handler) as Route | undefined }];
  });
}

const app = AppModule.compose({
  config: loadConfig({}),
  secret: new Uint8Array(32),
  clock: systemClock,
  logger: createLogger('silent'),
  metrics: createMetrics(),
  engines: {
    commands: null,
    rateLimiter: (_name, options) => createRateLimiter(options),
  } as Partial<Engines> as Engines,
});
const served = controllersOf(app).flatMap(servedBy);
const sorted = (places: readonly string[]): readonly string[] => [...places].sort();

it('serves every route of the table once, and nothing that is not in it', () => {
  expect(sorted(served.map(({ place }) => place))).toEqual(
    sorted(allRoutes.map(({ method, path }) => `${method} ${path}`)),
  );
});

it('guards every route by its own row of the table', () => {
  for (const { place, route } of served) expect(`${route?.method} ${route?.path}`).toBe(place);
});
