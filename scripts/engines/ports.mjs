// Ports on loopback. Node i of an engine lives on 127.0.0.i with the same ports as the others, its proxy on 127.0.1.i:
// Linux answers on every address of 127.0.0.0/8 without set-up.
import { createServer } from 'node:net';

export const nodeHost = (id) => `127.0.0.${id}`;
export const proxyHost = (id) => `127.0.1.${id}`;

function canBind(host, port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

const taken = new Set();

/** Ports that are free on all hosts, each given out once by this process. Picked below the range of outgoing connections. */
export async function freePorts(hosts, count) {
  const found = [];
  for (let attempt = 0; found.length < count; attempt++) {
    if (attempt > 2_000) throw new Error(`no ${count} free ports between 20000 and 32000`);
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    if (taken.has(port)) continue;
    const free = await Promise.all(hosts.map((host) => canBind(host, port)));
    if (!free.every(Boolean)) continue;
    taken.add(port);
    found.push(port);
  }
  return found;
}

/** @throws Error naming the addresses that somebody else uses: a health check there would find the stranger. */
export async function requireFree(engine, addresses) {
  const inUse = [];
  for (const [host, port] of addresses) if (!(await canBind(host, port))) inUse.push(`${host}:${port}`);
  if (inUse.length === 0) return;
  throw new Error(
    `${engine} needs ${inUse.join(', ')}, in use by another program. ` +
      'Stop that program, or choose other ports: --free-ports, or --port-offset 1000',
  );
}
