// npm run test:cluster: the tests that need real engines, on engines of this machine or those that the environment names.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { down, up } from './engines/index.mjs';

const USAGE = `npm run test:cluster -- [files or options of vitest]

Runs the tests of the adapters and the end-to-end tests on Kafka, Cassandra, Elasticsearch and Redis. Engines that do not
run yet are started (as npm run engines:up does) and stopped afterwards. With KAFKA_BROKERS, CASSANDRA_URL,
ELASTICSEARCH_URL and REDIS_URL all set, those are used, and nothing is started. With EVENTSTORE_URL set the event log is
that EventStoreDB, otherwise a compatible node.
`;
const NAMES = ['KAFKA_BROKERS', 'CASSANDRA_URL', 'ELASTICSEARCH_URL', 'REDIS_URL'];

const words = process.argv.slice(2);
if (words.includes('--help')) {
  console.log(USAGE);
  process.exit(0);
}

const named = NAMES.every((name) => (process.env[name] ?? '') !== '');
const started = new Set();
const note = (line) => {
  const [, engine, what] = /^(\w+): (.*)$/.exec(line) ?? [];
  if (what?.startsWith('ready')) started.add(engine);
  console.log(line);
};
const engines = named ? {} : await up({ tell: note });
const projects = ['--project', 'cluster', '--project', 'e2e-cluster'];
const vitest = spawn('vitest', ['run', ...(words.includes('--project') ? [] : projects), ...words], {
  stdio: 'inherit',
  env: { ...process.env, ...engines },
});
// Ctrl+C reaches vitest as well: what it says is waited for.
process.on('SIGINT', () => undefined);
const [code] = await once(vitest, 'exit');
if (started.size > 0) await down({ only: [...started] });
process.exitCode = code ?? 1;
