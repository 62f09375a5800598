import type { Route } from '@parley/protocol';
import { type Answer, answerMistakes } from './conformance.js';

export interface CallInput {
  readonly params?: Readonly<Record<string, string | number>>;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

/** `/v1/a/:id?x=1` of the route, filled in. */
export function urlOf(route: Route, { params = {}, query = {} }: CallInput): string {
  const path = route.path.replace(/:(\w+)/g, (_match, name: string) => encodeURIComponent(String(params[name])));
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const search = new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)])).toString();
  return search === '' ? path : `${path}?${search}`;
}

/** Asks a route. @throws Error when the answer is not what the documents say of this route */
export async function call(serverUrl: string, route: Route, input: CallInput = {}): Promise<Answer> {
  const response = await fetch(serverUrl + urlOf(route, input), {
    method: route.method,
    headers: {
      ...(input.token === undefined ? {} : { Authorization: `Bearer ${input.token}` }),
      ...(input.body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...input.headers,
    },
    ...(input.body === undefined ? {} : { body: JSON.stringify(input.body) }),
  });
  const text = await response.text();
  const answer = { status: response.status, headers: response.headers, text, body: parsed(response, text) };
  const mistakes = answerMistakes(route, answer);
  if (mistakes.length > 0) throw new Error(`${route.method} ${urlOf(route, input)}\n${mistakes.join('\n')}`);
  return answer;
}

/** Asks a route that must succeed, and answers its body. */
export async function ask<R extends Route>(serverUrl: string, route: R, input: CallInput = {}): Promise<BodyOf<R>> {
  const answer = await call(serverUrl, route, input);
  if (answer.status !== route.status) {
    throw new Error(`${route.method} ${urlOf(route, input)}: ${answer.status} ${answer.text}`);
  }
  return answer.body as BodyOf<R>;
}

type BodyOf<R extends Route> = R['response'] extends { readonly _output: infer Body } ? Body : undefined;

function parsed(response: Response, text: string): unknown {
  const isJson = /^application\/(?:problem\+)?json/.test(response.headers.get('Content-Type') ?? '');
  return isJson ? JSON.parse(text) : undefined;
}
