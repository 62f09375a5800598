import { Agent, request } from 'node:http';
import type { Environment } from '@parley/client';

type Fetch = Environment['fetch'];

/** Connections kept open for all requests of all people. */
const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** `fetch` over few connections: a run makes hundreds of thousands of requests to one server. */
export const leanFetch: Fetch = (url, { method, headers, body, signal }) =>
  new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      { agent, method, headers, ...(signal === undefined ? {} : { signal }) },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          resolve({
            status: response.statusCode ?? 0,
            headers: { get: (name) => response.headers[name.toLowerCase()]?.toString() ?? null },
            text: () => Promise.resolve(Buffer.concat(chunks).toString()),
          });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });

export const closeConnections = (): void => agent.destroy();
