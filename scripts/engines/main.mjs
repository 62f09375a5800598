// npm run engines:up | engines:status | engines:down
import { parseArgs } from 'node:util';
import { layoutOf } from './layout.mjs';
import { down, environment, status, up } from './launcher.mjs';

const USAGE = `node scripts/engines/main.mjs up | status | down [options]

  --only kafka,redis     some of kafka, cassandra, elasticsearch, redis; all by default
  --nodes 3              three nodes of Kafka and Cassandra
  --clean                begin with empty data
  --quick                compile less (C1 only): starts sooner, runs slower under load
  --free-ports           any free ports instead of the standard ones
  --port-offset 1000     standard ports plus a number
  --ignore-memory        start even where memory looks too small
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
  'ignore-memory': { type: 'boolean' },
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
    ignoreMemory: values['ignore-memory'] ?? false,
    tell: (line) => console.log(line),
  };
  return { command: positionals[0], env: values.env ?? false, help: values.help ?? false, settings };
}

function printEnvironment(settings) {
  for (const [name, value] of Object.entries(environment(settings))) console.log(`${name}=${value}`);
}

async function printStatus(settings) {
  const rows = await status(settings);
  if (rows.length === 0) console.log(`nothing is up in ${layoutOf(settings).home}`);
  for (const { name, address, alive, ready, residentMiB } of rows) {
    const state = ready ? 'ready' : alive ? 'runs, does not answer' : 'not running';
    console.log(`${name.padEnd(16)} ${address.padEnd(18)} ${state}${alive ? `, ${residentMiB} MiB` : ''}`);
  }
  if (rows.some(({ ready }) => !ready)) process.exitCode = 1;
}

async function main() {
  const { command, env, help, settings } = settingsOf(process.argv.slice(2));
  if (help) return console.log(USAGE);
  switch (command) {
    case 'up':
      await up(settings);
      return printEnvironment(settings);
    case 'status':
      return env ? printEnvironment(settings) : printStatus(settings);
    case 'down': {
      const stopped = await down(settings);
      return console.log(stopped.length === 0 ? 'nothing was up' : `stopped ${stopped.join(', ')}`);
    }
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
