// The TCP load balancer in front of the gateways: HAProxy, installed or out of Debian's package.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { debianProgram } from '../engines/debian.mjs';
import { folder, layoutOf } from '../engines/layout.mjs';
import { freePorts, requireFree } from '../engines/ports.mjs';
import { launch, stopProcess } from '../engines/processes.mjs';
import { waitUntil } from '../engines/wait.mjs';
import { haproxyConfig } from './haproxy-config.mjs';
import { command, gatewayStates } from './runtime.mjs';

const NAME = 'balancer';
const stateFile = (layout) => join(layout.run, `${NAME}.json`);

/** @throws Error where no balancer was started in this home. */
function stateOf(layout) {
  try {
    return JSON.parse(readFileSync(stateFile(layout), 'utf8'));
  } catch (error) {
    throw new Error(`no balancer was started in ${layout.home}`, { cause: error });
  }
}

/**
 * Starts the balancer; resolves when it listens, whether or not a gateway is ready yet. It goes on when this process
 * ends, until `stopBalancer`.
 * @param {object} options
 * @param {{ host: string, port: number }[]} options.gateways  named gateway-1, gateway-2, … in this order
 * @param {string} [options.host]  127.0.0.1 by default
 * @param {number} [options.port]  any free one by default
 * @param {string} [options.home]  see engines/layout.mjs
 * @param {string} [options.packages]
 * @param {(line: string) => void} [options.tell]
 * @returns {Promise<{ host: string, port: number }>}
 * @throws Error where one runs already in this home, the port is taken, or HAProxy is not to be had.
 */
export async function startBalancer({ gateways, host = '127.0.0.1', port, tell = () => {}, ...places }) {
  const layout = layoutOf(places);
  const { command: haproxy, env } = await debianProgram(layout, 'haproxy', (line) => tell(`balancer: ${line}`));
  const [statsPort, anyPort] = await freePorts([host], 2);
  const listen = { host, port: port ?? anyPort };
  await requireFree('the balancer', [[listen.host, listen.port]]);
  const file = join(folder(layout.conf, NAME), 'haproxy.cfg');
  writeFileSync(file, haproxyConfig({ listen, statsPort, gateways }));
  const handle = launch(layout, NAME, haproxy, ['-db', '-f', file], { env });
  writeFileSync(stateFile(layout), JSON.stringify({ ...listen, statsPort }));
  const options = { layout, handles: [handle], deadlineMs: 15_000 };
  await waitUntil('answer of the balancer', async () => (await command(statsPort, 'show info')) !== '', options);
  return listen;
}

/** Ends it and the connections through it. Resolves also where none runs. */
export async function stopBalancer(places = {}) {
  const layout = layoutOf(places);
  await stopProcess(layout, NAME, { graceMs: 5_000 });
  rmSync(stateFile(layout), { force: true });
}

/** How the balancer sees the gateways: state (UP, NOLB where it is not ready, DOWN, DRAIN, MAINT), connections now and ever, last health check. */
export const balancerStatus = async (places = {}) => gatewayStates(stateOf(layoutOf(places)).statsPort);

/**
 * Gives a gateway new connections (`ready`), no new ones (`drain`), or takes it out whole (`maint`). For restarts one at a
 * time without a failed connection: drain, restart, ready.
 * @throws Error with HAProxy's words where there is no such gateway.
 */
export async function setGateway(name, state, places = {}) {
  const { statsPort } = stateOf(layoutOf(places));
  const answer = (await command(statsPort, `set server gateways/${name} state ${state}`)).trim();
  if (answer !== '') throw new Error(answer);
}
