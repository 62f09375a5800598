// npm run start:cluster: the whole cluster profile on this machine.
import { mkdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { startBalancer, stopBalancer } from './balancer/index.mjs';
import { up } from './engines/index.mjs';
import { folder, layoutOf } from './engines/layout.mjs';

const USAGE = `npm run start:cluster -- [options]

Two command-apis, two projectors and two gateways behind one TCP load balancer, on Kafka, Cassandra, Elasticsearch and
Redis of this machine (npm run engines:up), and on EventStoreDB where EVENTSTORE_URL names one. Without it the event log
is a compatible node: a test double, no place for data that matters. Ctrl+C stops the apps; the engines stay up until
npm run engines:down.

  --processes 2   of each app
  --port 7400     of the load balancer
`;

const { values } = parseArgs({
  options: {
    processes: { type: 'string', default: '2' },
    port: { type: 'string', default: '7400' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(USAGE);
  process.exit(0);
}

const processes = wholeNumber('processes', 1, 16);
const balancerPort = wholeNumber('port', 0, 65_535);

let own = null;
let cluster = null;
let stopping = false;
// A signal while things start is one too: what runs by then is stopped.
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    if (stopping) process.exit(130);
    stopping = true;
    void stop();
  });
}

const tell = (line) => console.log(line);
const layout = layoutOf();
const engines = await up({ tell });
const { spawnCompatibleNode } = await import('../test/dist/eventstore-node/index.js');
const { startCluster, migrate, settingsOf } = await import('../test/dist/kit/cluster/index.js');

const named = process.env.EVENTSTORE_URL || engines.EVENTSTORE_URL;
own = named ? null : await compatibleNode();
const settings = settingsOf({ ...engines, EVENTSTORE_URL: own?.connectionString ?? named });
tell(await migrate(settings));
const directory = folder(layout.home, 'cluster');
cluster = await startCluster({
  settings,
  directory,
  processes: { 'command-api': processes, projector: processes, gateway: processes },
  tell,
});
const gateways = cluster.gateways.map((address) => {
  const [host, port] = address.split(':');
  return { host, port: Number(port) };
});
const { host, port } = await startBalancer({ gateways, port: balancerPort, tell });
tell(`\nThe cluster is ready at http://${host}:${port}`);
tell(`For npm run token and npm run projections: PARLEY_DATA_DIR=${relative('.', join(directory, 'gateway-1'))}`);

async function stop() {
  tell('Stopping the apps …');
  await stopBalancer();
  await cluster?.stop();
  await own?.stop();
  process.exit(0);
}

/** Of an option; ends with what was expected instead. */
function wholeNumber(name, least, most) {
  const value = Number(values[name]);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  console.error(`--${name} takes a whole number from ${least} to ${most}, not ${values[name]}`);
  return process.exit(2);
}

async function compatibleNode() {
  const directory = join(layout.data, 'compatible-node');
  mkdirSync(directory, { recursive: true });
  tell('no EVENTSTORE_URL: the event log is a compatible node, a test double');
  return spawnCompatibleNode({ directory });
}
