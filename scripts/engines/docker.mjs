// The same engines from compose.yaml, where Docker is at hand. Faults, proxies, rings and other ports need packages.
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { engines } from './engines/index.mjs';
import { onPath } from './path.mjs';
import { repository } from './layout.mjs';

/** Services of compose.yaml that have no launcher of their own. */
const DOCKER_ONLY = {
  eventstore: { EVENTSTORE_URL: 'esdb://127.0.0.1:2113?tls=false' },
  s3proxy: { S3_ENDPOINT: 'http://127.0.0.1:9090', S3_ACCESS_KEY: 'local-identity', S3_SECRET_KEY: 'local-credential' },
};

/** The `name` in compose.yaml, with which Docker prefixes its volumes. */
const PROJECT = 'parley-engines';

const compose = ['compose', '--file', join(repository, 'compose.yaml')];
const quietly = (args) => spawnSync('docker', args, { encoding: 'utf8', timeout: 20_000 });

/** Whether a Docker with Compose is installed and its daemon answers. */
export function dockerIsThere() {
  if (onPath('docker') === undefined) return false;
  return quietly(['compose', 'version']).status === 0 && quietly(['info']).status === 0;
}

function docker(args) {
  return new Promise((resolve, reject) => {
    const child = spawn('docker', [...compose, ...args], { stdio: 'inherit' });
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`docker ended with code ${code}`))));
  });
}

/** Services that are running now, of ours. */
function running() {
  const answer = quietly([...compose, 'ps', '--services', '--status', 'running']);
  return answer.status === 0 ? answer.stdout.split('\n').filter((line) => line !== '') : [];
}

const servicesOf = (only) => only ?? engines.map(({ name }) => name);

export function dockerEnvironment() {
  const entries = running().map((name) => {
    const engine = engines.find((each) => each.name === name);
    return engine === undefined
      ? DOCKER_ONLY[name]
      : engine.environment([{ host: '127.0.0.1', port: engine.standardPorts.client }]);
  });
  return Object.assign({}, ...entries);
}

/** Starts the services and waits until their health checks pass. */
export async function dockerUp({ only, clean }) {
  const services = servicesOf(only);
  if (clean) {
    await docker(['rm', '--stop', '--force', ...services]);
    quietly(['volume', 'rm', '--force', ...services.map((name) => `${PROJECT}_${name}`)]);
  }
  await docker(['up', '--detach', '--wait', '--wait-timeout', '300', ...services]);
}

export const dockerStatus = () => docker(['ps']);

/** Stops what runs; the names of it. */
export async function dockerDown({ only }) {
  const stopped = running().filter((name) => only === undefined || only.includes(name));
  if (stopped.length > 0) await docker(only === undefined ? ['down'] : ['rm', '--stop', '--force', ...only]);
  return stopped;
}
