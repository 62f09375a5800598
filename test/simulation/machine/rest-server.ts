import {
  type Logger,
  ProblemFilter,
  type RateLimits,
  ROUTE_METADATA,
  RouteGuard,
  type TokenVerifier,
} from '@parley/platform';
import type { Route } from '@parley/protocol';
import { type Injector, metadata } from './injector.js';

export interface RestRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly address: string;
}

export interface RestResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface Handler {
  readonly route: Route;
  readonly pattern: RegExp;
  readonly names: readonly string[];
  readonly controller: abstract new (...given: never[]) => object;
  readonly method: string;
  /** In the order of the method's parameters. */
  readonly parameters: readonly ('request' | 'reply' | 'input')[];
}

export interface RestServerParts {
  readonly injector: Injector;
  readonly verifier: TokenVerifier;
  readonly limits: RateLimits;
  readonly logger: Logger;
}

/** Routes, guard, controllers and problem documents as the HTTP server of a process has them, without the HTTP. */
export class RestServer {
  readonly #injector: Injector;
  readonly #guard: RouteGuard;
  readonly #filter: ProblemFilter;
  readonly #handlers: readonly Handler[];
  #requests = 0;

  constructor({ injector, verifier, limits, logger }: RestServerParts) {
    const reflector = { get: (key: unknown, handler: object) => metadata(key, handler) };
    this.#injector = injector;
    this.#guard = new RouteGuard(reflector as ConstructorParameters<typeof RouteGuard>[0], verifier, limits);
    this.#filter = new ProblemFilter(logger);
    this.#handlers = handlersOf(injector);
  }

  async answer({ method, url, headers, body, address }: RestRequest): Promise<RestResponse> {
    const [path = '', query = ''] = url.split('?');
    const reply = new Reply();
    const request: Record<string, unknown> = {
      method,
      url,
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
      query: Object.fromEntries(new URLSearchParams(query)),
      body: body === undefined ? undefined : (JSON.parse(body) as unknown),
      ip: address,
      id: `req_${++this.#requests}`,
    };
    const http = { getRequest: () => request, getResponse: () => reply };
    try {
      const handler = this.#handlers.find(({ route, pattern }) => route.method === method && pattern.test(path));
      if (handler === undefined) throw new Error(`there is no ${method} ${path}`);
      const values = handler.pattern.exec(path)?.slice(1) ?? [];
      request['params'] = Object.fromEntries(
        handler.names.map((name, i) => [name, decodeURIComponent(values[i] ?? '')]),
      );
      await this.#call(handler, request, reply, http);
    } catch (error) {
      // oxlint-disable-next-line promise/valid-params -- of a filter of Nest, not of a promise
      this.#filter.catch(error, { switchToHttp: () => http } as unknown as Parameters<ProblemFilter['catch']>[1]);
    }
    return reply.response();
  }

  async #call(handler: Handler, request: Record<string, unknown>, reply: Reply, http: object): Promise<void> {
    const controller = this.#injector.get(handler.controller) as Record<string, (...given: unknown[]) => unknown>;
    const method = controller[handler.method]!;
    reply.status(handler.route.status);
    const context = { getHandler: () => method, switchToHttp: () => http };
    await this.#guard.canActivate(context as unknown as Parameters<RouteGuard['canActivate']>[0]);
    const given = { request, reply, input: request['parleyInput'] };
    const result = await method.apply(
      controller,
      handler.parameters.map((parameter) => given[parameter]),
    );
    if (!reply.sent) reply.send(result);
  }
}

/** What the controllers use of Fastify's reply. */
class Reply {
  readonly raw = { headersSent: false, destroy: (): void => undefined };
  readonly #headers: Record<string, string> = {};
  #status = 200;
  #body = '';
  sent = false;

  header(name: string, value: string): this {
    this.#headers[name.toLowerCase()] = value;
    return this;
  }

  headers(values: Readonly<Record<string, string | number>>): this {
    for (const [name, value] of Object.entries(values)) this.header(name, String(value));
    return this;
  }

  status(code: number): this {
    this.#status = code;
    return this;
  }

  send(body: unknown): this {
    this.sent = true;
    this.#body = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body);
    return this;
  }

  response(): RestResponse {
    return { status: this.#status, headers: this.#headers, body: this.#body };
  }
}

function handlersOf({ controllers }: Injector): readonly Handler[] {
  return controllers.flatMap((controller) =>
    Object.getOwnPropertyNames(controller.prototype).flatMap((method) => {
      const handler = (controller.prototype as Record<string, unknown>)[method];
      if (typeof handler !== 'function') return [];
      const route = metadata(ROUTE_METADATA, handler) as Route | undefined;
      if (route === undefined) return [];
      const names = [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => name ?? '');
      const pattern = new RegExp(`^${route.path.replaceAll(/:\w+/g, '([^/]+)')}$`);
      return [{ route, pattern, names, controller, method, parameters: parametersOf(controller, method) }];
    }),
  );
}

/** Nest keeps them by kind and place: 0 is the request, 1 the reply, ours is a kind of its own. */
function parametersOf(controller: object, method: string): Handler['parameters'] {
  const declared = (metadata('__routeArguments__', controller, method) ?? {}) as Record<string, { index: number }>;
  const parameters: ('request' | 'reply' | 'input')[] = [];
  for (const [key, { index }] of Object.entries(declared)) {
    parameters[index] = key.startsWith('0:') ? 'request' : key.startsWith('1:') ? 'reply' : 'input';
  }
  return parameters;
}
