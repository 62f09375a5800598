// npm run engines:up | engines:status | engines:down
// Through Docker Compose where a Docker daemon answers, else as plain processes from Maven and Debian packages.
import { parseArgs } from 'node:util';
import { down, environmentAtHand, packagesOnly } from './at-hand.mjs';
import { dockerEnvironment, dockerIsThere, dockerStatus, dockerUp } from './docker.mjs';
import { layoutOf } from './layout.mjs';
import { status, up } from './launcher.mjs';

const USAGE = `node scripts/engines/main.mjs up | status | down [options]

  --only kafka,redis     some of kafka, cassandra, elasticsearch, redis; all by default
                         (with Docker also eventstore and s3proxy)
  --nodes 3              three nodes of Kafka and Cassandra
  --clean                begin with empty data
  --quick                compile less (C1 only): starts sooner, runs slower under load
  --free-ports           any free ports instead of the standard ones
  --port-offset 1000     standard ports plus a number
  --proxied              a proxy in front of each node, for faults of the network
  --small-disks 256      data on disks in memory of so many MiB, for the fault "disk full" (root; gone after down)
  --ignore-memory        start even where memory looks too small
  --with packages        as processes, even where Docker is at hand; --with docker: the other way
  --home <folder>        data, logs and process records; default ENGINES_HOME or .engines
  --env                  (status) print NAME=value only
`;

const options = {
  only: { type: 'string' },
  nodes: { type: 'string' },
  clean: { type: 'boolean' },
  quick: { type: 'boolean' },
  'free-ports': { type: 'boolean' },
  'port-offset': { type: 'string' },
  proxied: { type: 'boolean' },
  'small-disks': { type: 'string' },
  'ignore-memory': { type: 'boolean' },
  with: { type: 'string' },
  home: { type: 'string' },
  env: { type: 'boolean' },
  help: { type: 'boolean' },
};

/** @throws Error where an option is unknown or its value makes no sense. */
function settingsOf(args) {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  const number = (name, fallback) => {
    const value = Number(values[name] ?? fallback);
    if (!Number.isInteger(value) || value < 0) throw new Error(`--${name} takes a whole number`);
    return value;
  };
  const nodes = number('nodes', 1);
  if (nodes !== 1 && nodes !== 3) throw new Error('--nodes is 1 or 3');
  const settings = {
    home: values.home,
    only: values.only?.split(',').filter((name) => name !== ''),
    nodes,
    clean: values.clean ?? false,
    javaOptions: values.quick ? ['-XX:TieredStopAtLevel=1'] : [],
    freePorts: values['free-ports'] ?? false,
    portOffset: number('port-offset', 0),
    proxied: values.proxied ?? false,
    smallDiskMiB: values['small-disks'] === undefined ? undefined : number('small-disks'),
    ignoreMemory: values['ignore-memory'] ?? false,
    tell: (line) => console.log(line),
  };
  return { command: positionals[0], wish: values.with, env: values.env ?? false, help: values.help ?? false, settings };
}

/** Docker where it is asked for or at hand, and can do what is asked for. */
function throughDocker(wish, settings) {
  switch (wish) {
    case 'docker':
      if (packagesOnly(settings))
        throw new Error('Docker runs one node on the standard ports: leave out --with docker');
      if (!dockerIsThere()) throw new Error('no Docker daemon with Compose answers here; leave out --with docker');
      return true;
    case 'packages':
      return false;
    case undefined:
      return !packagesOnly(settings) && dockerIsThere();
    default:
      throw new Error('--with is docker or packages');
  }
}

function printEnvironment(settings) {
  for (const [name, value] of Object.entries(environmentAtHand(settings))) console.log(`${name}=${value}`);
}

/** Exit code 1 where an engine that was brought up does not answer. */
async function printStatus(settings) {
  if (dockerIsThere() && Object.keys(dockerEnvironment()).length > 0) await dockerStatus();
  const rows = await status(settings);
  if (rows.length === 0) console.log(`no processes were started from packages in ${layoutOf(settings).home}`);
  for (const { name, address, alive, ready, residentMiB } of rows) {
    const state = ready ? 'ready' : alive ? 'runs, does not answer' : 'not running';
    console.log(`${name.padEnd(16)} ${address.padEnd(18)} ${state}${alive ? `, ${residentMiB} MiB` : ''}`);
  }
  if (rows.some(({ ready }) => !ready)) process.exitCode = 1;
}

async function stopAll(settings) {
  const stopped = await down(settings);
  console.log(stopped.length === 0 ? 'nothing was up' : `stopped ${stopped.join(', ')}`);
}

async function main() {
  const { command, env, wish, help, settings } = settingsOf(process.argv.slice(2));
  if (help) return console.log(USAGE);
  switch (command) {
    case 'up':
      await (throughDocker(wish, settings) ? dockerUp(settings) : up(settings));
      return printEnvironment(settings);
    case 'status':
      return env ? printEnvironment(settings) : printStatus(settings);
    case 'down':
      return stopAll(settings);
    default:
      throw new Error(USAGE);
  }
}

try {
  await main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
