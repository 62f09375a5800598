import { request } from 'node:http';
import type { Route } from '@parley/protocol';
import { type Answer, answerMistakes } from '../../kit/conformance.js';
import { type CallInput, urlOf } from '../../kit/rest.js';
import type { Outcome } from './features.js';

/** Asks on a connection of its own, as somebody new would: any gateway may answer. @throws Error without an answer */
export async function askOnce(serverUrl: string, route: Route, input: CallInput, limitMs: number): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const outgoing = request(
    serverUrl + urlOf(route, input),
    {
      method: route.method,
      agent: false,
      signal: AbortSignal.timeout(limitMs),
      headers: {
        ...(input.token === undefined ? {} : { Authorization: `Bearer ${input.token}` }),
        ...(input.body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
    },
    (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const headers = new Headers();
        for (const [name, value] of Object.entries(response.headers)) headers.set(name, String(value));
        const isJson = /^application\/(?:problem\+)?json/.test(headers.get('Content-Type') ?? '');
        resolve({ status: response.statusCode ?? 0, headers, text, body: isJson ? JSON.parse(text) : undefined });
      });
    },
  );
  outgoing.on('error', reject);
  outgoing.end(input.body === undefined ? undefined : JSON.stringify(input.body));
  return promise;
}

/** An answer as people see it; one that is not as documented is a failure. */
export function outcomeOf(route: Route, answer: Answer): Outcome {
  const [mistake] = answerMistakes(route, answer);
  if (mistake !== undefined) return { kind: 'failed', reason: mistake };
  if (answer.status === route.status || answer.status in (route.otherResponses ?? {})) return { kind: 'answered' };
  const { code } = answer.body as { code: string };
  return answer.status === 503 ? { kind: 'refused', code } : { kind: 'failed', reason: `${answer.status} ${code}` };
}
