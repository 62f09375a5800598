// Engines by what is at hand: those that run already, else Docker Compose where a daemon answers, else packages.
import { dockerDown, dockerEnvironment, dockerIsThere, dockerUp } from './docker.mjs';
import { engines } from './engines/index.mjs';
import { down as stopProcesses, environment, status, up as startProcesses } from './launcher.mjs';

/** What only processes of our own can do. */
export const packagesOnly = ({ home, nodes = 1, freePorts, portOffset = 0, proxied, smallDiskMiB, javaOptions = [] }) =>
  home !== undefined ||
  nodes > 1 ||
  freePorts === true ||
  portOffset > 0 ||
  proxied === true ||
  smallDiskMiB !== undefined ||
  javaOptions.length > 0;

/**
 * Starts what does not run yet. Options as of the launcher; those that Docker cannot do are done by packages.
 * @returns {Promise<Record<string, string>>} the environment for programs that use them
 */
export async function up(options = {}) {
  if (packagesOnly(options) || !dockerIsThere()) return startProcesses(options);
  const processes = await status(options);
  if (processes.some(({ alive }) => alive)) return startProcesses(options);
  const before = dockerEnvironment();
  await dockerUp(options);
  const after = dockerEnvironment();
  for (const { name } of engines) if (isNew(name, before, after)) options.tell?.(`${name}: ready, by Docker`);
  return after;
}

/** Stops processes and containers; resolves with the names of those that were up. */
export async function down(options = {}) {
  const processes = await stopProcesses(options);
  const services = dockerIsThere() && !packagesOnly(options) ? await dockerDown(options) : [];
  return [...processes, ...services];
}

/** Of all that is up. */
export const environmentAtHand = (options = {}) => ({
  ...(dockerIsThere() ? dockerEnvironment() : {}),
  ...environment(options),
});

function isNew(name, before, after) {
  const engine = engines.find((each) => each.name === name);
  const [variable] = Object.keys(engine.environment([{ host: '127.0.0.1', port: engine.standardPorts.client }]));
  return before[variable] === undefined && after[variable] !== undefined;
}
