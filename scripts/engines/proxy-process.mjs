// The proxies of one engine, a process of their own: node proxy-process.mjs <plan file>
// Told what to do by POST / with { node?, mode, delayMs? } on the plan's control port; GET / answers how things are.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { TcpProxy } from './tcp-proxy.mjs';

const plan = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const proxies = plan.nodes.map(({ id, host, ports, advertised }) => ({
  id,
  proxy: new TcpProxy(advertised, { host, port: ports.client }),
}));

async function answer(request) {
  if (request.method === 'POST') {
    const { node, ...behaviour } = JSON.parse(await text(request));
    const meant = proxies.filter(({ id }) => node === undefined || id === node);
    await Promise.all(meant.map(({ proxy }) => proxy.behave(behaviour)));
  }
  return proxies.map(({ id, proxy }) => ({ node: id, ...proxy.state }));
}

await Promise.all(proxies.map(({ proxy }) => proxy.open()));
createServer((request, response) => {
  answer(request).then(
    (states) => response.end(JSON.stringify(states)),
    (error) => response.writeHead(500).end(String(error)),
  );
}).listen(plan.proxyControlPort, '127.0.0.1');
