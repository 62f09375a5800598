// Faults for tests: what can happen to an engine, on purpose and reversibly. They act on engines that `up` started in the
// same home; `node` names one member of a ring, without it all are meant. Each resolves when the fault is there (or gone).
import { join } from 'node:path';
import { layoutOf } from './layout.mjs';
import { runningNodes, startNodes } from './launcher.mjs';
import { loadPlan } from './plan.mjs';
import { killProcess, signal, stopProcess } from './processes.mjs';
import { behave } from './proxies.mjs';
import { empty, fill, isSmallDisk } from './small-disks.mjs';

/**
 * @typedef {object} Where
 * @property {string} [home]  see layout.mjs
 * @property {string} [packages]
 * @property {number} [node]
 */

/** @throws Error where the engine is not up in this home, or has no such node. */
function target(name, where = {}) {
  const layout = layoutOf(where);
  const plan = loadPlan(layout, name);
  if (plan === undefined) throw new Error(`${name} is not up in ${layout.home}`);
  const nodes = plan.nodes.filter(({ id }) => where.node === undefined || id === where.node);
  if (nodes.length === 0) throw new Error(`${name} has no node ${where.node}, only 1 to ${plan.nodes.length}`);
  return { layout, plan, nodes };
}

/** Ends the engine in order (SIGTERM). Its data stays; `start` brings it back. */
export async function stop(name, where) {
  const { layout, nodes } = target(name, where);
  await Promise.all(nodes.map((node) => stopProcess(layout, node.name)));
}

/** SIGKILL: nothing is written any more, nobody is told. */
export async function kill(name, where) {
  const { layout, nodes } = target(name, where);
  await Promise.all(nodes.map((node) => killProcess(layout, node.name)));
}

/** Starts what was stopped or killed, at the same addresses with the same data; resolves when it answers. */
export async function start(name, where) {
  const { layout, plan, nodes } = target(name, where);
  const alive = runningNodes(layout, plan);
  const away = nodes.filter((node) => !alive.includes(node));
  if (away.length > 0) await startNodes({ layout, plan, tell: () => {} }, away);
}

function signalAll(name, what, where) {
  const { layout, nodes } = target(name, where);
  for (const node of nodes) if (!signal(layout, node.name, what)) throw new Error(`${node.name} does not run`);
}

/** SIGSTOP: connections stay open and nothing answers. */
export async function freeze(name, where) {
  signalAll(name, 'SIGSTOP', where);
}

/** SIGCONT after `freeze`. */
export async function thaw(name, where) {
  signalAll(name, 'SIGCONT', where);
}

/** Every answer comes later by so many milliseconds. Needs `proxied`, as the next three do. */
export async function slow(name, milliseconds, where) {
  await behave(target(name, where).plan, { node: where?.node, mode: 'pass', delayMs: milliseconds });
}

/** Closes all connections and refuses new ones. */
export async function cut(name, where) {
  await behave(target(name, where).plan, { node: where?.node, mode: 'cut' });
}

/** Connections stay or are accepted, but nothing passes in either direction. */
export async function blackHole(name, where) {
  await behave(target(name, where).plan, { node: where?.node, mode: 'hold' });
}

/** Ends `slow`, `cut` and `blackHole`. */
export async function heal(name, where) {
  await behave(target(name, where).plan, { node: where?.node, mode: 'pass' });
}

function smallDisks(name, where) {
  const { layout, nodes } = target(name, where);
  const paths = nodes.map(({ data }) => join(layout.data, data));
  if (paths.every((path) => isSmallDisk(path))) return paths;
  throw new Error(
    `${name} writes to the machine's disk, which no test may fill: start it with up({ smallDiskMiB: 256 }) or ` +
      'engines:up -- --small-disks 256 (as root)',
  );
}

/** Leaves not a byte free on the engine's disk. Needs `smallDiskMiB`. */
export async function fillDisk(name, where) {
  for (const path of smallDisks(name, where)) fill(path);
}

/**
 * Gives the space back. Elasticsearch and Redis go on by themselves; Kafka and Cassandra end when they cannot write, as
 * they should, and need `start`.
 */
export async function freeDisk(name, where) {
  for (const path of smallDisks(name, where)) empty(path);
}
