import type { Environment } from '@parley/client';
import type { Incarnation } from '../engine/incarnation.js';
import type { Network } from './network.js';
import type { RestRequest, RestResponse } from './rest-server.js';
import type { ServerProcess } from './server-process.js';

export interface RestClientParts {
  readonly machine: string;
  readonly actor: Incarnation;
  readonly network: Network;
  route(): ServerProcess | null;
}

/** `fetch` over the network of the world: a request, or its answer, may be lost; whoever asked waits until they give up. */
export function fetchOf(parts: RestClientParts): Environment['fetch'] {
  return (url, { method, headers, body, signal }) => {
    const { machine, actor, network } = parts;
    const { promise, resolve, reject } = Promise.withResolvers<RestResponse>();
    signal?.addEventListener('abort', () => reject(new Error('given up')), { once: true });
    const host = parts.route();
    const refused = (ms: number): void => {
      network.scheduler.after(ms, actor, () => reject(new Error('nobody listens')));
    };
    const address = machine;
    if (!actor.step()) return new Promise(() => undefined);
    if (host === null) refused(network.delay(machine, 'nobody'));
    else if (!network.loses(machine, host.machine)) {
      const request = { method, url: url.replace(/^http:\/\/[^/]+/, ''), headers, body, address };
      network.scheduler.after(network.delay(machine, host.machine), host.actor, () => {
        void answerTo(host, request, parts, resolve);
      });
      host.actor.onEnd(() => refused(network.delay(host.machine, machine)));
    }
    return promise.then(({ status, headers: told, body: text }) => ({
      status,
      headers: { get: (name) => told[name.toLowerCase()] ?? null },
      text: () => Promise.resolve(text),
    }));
  };
}

/** Has it answered, and brings the answer back, unless it gets lost. */
async function answerTo(
  host: ServerProcess,
  request: RestRequest,
  { machine, actor, network }: RestClientParts,
  take: (answer: RestResponse) => void,
): Promise<void> {
  const answer = await host.answer(request);
  if (!host.actor.step() || network.loses(host.machine, machine)) return;
  network.scheduler.after(network.delay(host.machine, machine), actor, () => take(answer));
}
