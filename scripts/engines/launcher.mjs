// Starts and stops engines as plain processes.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { engineNamed, engines } from './engines/index.mjs';
import { folder, layoutOf } from './layout.mjs';
import { environmentOf, forgetPlan, loadPlan, makePlan, plansOf, savePlan } from './plan.mjs';
import { requireFree } from './ports.mjs';
import { isRunning, residentMiB, stopProcess } from './processes.mjs';
import { startProxies, stopProxies } from './proxies.mjs';
import { requireAll } from './requirements.mjs';
import { mountSmallDisk, unmountSmallDisk } from './small-disks.mjs';
import { waitUntil } from './wait.mjs';

/** Wide, as several engines may start at once on a busy machine; one that ends is noticed at once. */
const START_DEADLINE_MS = 600_000;
const PROGRESS_MS = 15_000;

/** Names of what `only` asks for; all where it is not given. */
const chosen = (only) => (only === undefined ? engines : only.map((name) => engineNamed(name)));

export const runningNodes = (layout, plan) => plan.nodes.filter(({ name }) => isRunning(layout, name));

/**
 * Starts the given nodes of a plan and waits until they are ready.
 * @throws Error with the end of the engine's log; what was begun is stopped.
 */
export async function startNodes(context, nodes) {
  const { layout, plan } = context;
  const engine = engineNamed(plan.engine);
  await requireFree(
    engine.name,
    nodes.flatMap(({ host, ports }) => Object.values(ports).map((port) => [host, port])),
  );
  const batches = engine.oneByOne ? nodes.map((node) => [node]) : [nodes];
  const begun = [];
  const began = Date.now();
  const progress = setInterval(
    () => context.tell(`still starting, ${Math.round((Date.now() - began) / 1000)} s so far`),
    PROGRESS_MS,
  );
  try {
    for (const batch of batches) {
      begun.push(...batch);
      const handles = await Promise.all(batch.map((node) => engine.launchNode(context, node)));
      const options = { layout, handles, deadlineMs: START_DEADLINE_MS };
      const isReady = async () => {
        const running = runningNodes(layout, plan);
        return (await Promise.all(batch.map((node) => engine.isReady(plan, node, running)))).every(Boolean);
      };
      await waitUntil(`answer of ${batch.map(({ name }) => name).join(', ')}`, isReady, options);
    }
  } catch (error) {
    await Promise.all(begun.map(({ name }) => stopProcess(layout, name, { graceMs: 5_000 })));
    throw error;
  } finally {
    clearInterval(progress);
  }
}

const dataFolders = (layout, plan) => plan.nodes.map(({ data }) => join(layout.data, data));

async function prepareData(layout, plan, clean) {
  for (const path of dataFolders(layout, plan)) {
    if (clean) {
      await unmountSmallDisk(path);
      rmSync(path, { recursive: true, force: true });
    }
    if (plan.smallDiskMiB !== undefined) await mountSmallDisk(path, plan.smallDiskMiB);
  }
}

/** Whether an engine that runs already is what was asked for; ports may differ, as they are told. */
function requireSame(plan, engine, settings) {
  const nodes = engine.nodeCounts.includes(settings.nodes) ? settings.nodes : 1;
  const same =
    plan.nodes.length === nodes && plan.proxied === settings.proxied && plan.smallDiskMiB === settings.smallDiskMiB;
  if (!same) throw new Error('runs already, but with other nodes, proxies or disks: take it down first');
}

/** Whether the engine runs; what is left of an earlier run in part is taken down. */
async function isUp(layout, engine, settings) {
  const before = loadPlan(layout, engine.name);
  if (before === undefined) return false;
  if (runningNodes(layout, before).length === before.nodes.length) {
    requireSame(before, engine, settings);
    return true;
  }
  await takeDown(layout, before);
  return false;
}

async function bringUp(layout, engine, settings) {
  const tell = (line) => settings.tell(`${engine.name}: ${line}`);
  if (await isUp(layout, engine, settings)) return tell('runs already');
  const plan = await makePlan(engine, settings);
  const context = { layout, plan, tell };
  const began = Date.now();
  savePlan(layout, plan);
  try {
    await prepareData(layout, plan, settings.clean);
    await engine.install(context);
    if (plan.proxied) await startProxies(layout, plan);
    tell(plan.nodes.length === 1 ? 'starting' : `starting ${plan.nodes.length} nodes`);
    await startNodes(context, plan.nodes);
  } catch (error) {
    await takeDown(layout, plan);
    throw error;
  }
  return tell(`ready after ${((Date.now() - began) / 1000).toFixed(1)} s`);
}

async function takeDown(layout, plan) {
  await Promise.all(plan.nodes.map(({ name }) => stopProcess(layout, name)));
  if (plan.proxied) await stopProxies(layout, plan);
  for (const path of dataFolders(layout, plan)) await unmountSmallDisk(path);
  forgetPlan(layout, plan.engine);
}

/**
 * Starts engines side by side; those that run already are left alone. Data of earlier starts is kept unless `clean`.
 * @param {object} [options]
 * @param {string} [options.home]  see layout.mjs
 * @param {string} [options.packages]
 * @param {string[]} [options.only]  names of engines; all by default
 * @param {1 | 3} [options.nodes]  of those engines that can have several
 * @param {boolean} [options.freePorts]  picks ports that are free, instead of the standard ones
 * @param {number} [options.portOffset]  added to the standard ports
 * @param {boolean} [options.proxied]  puts a proxy in front of each node, for faults of the network, and gives out its
 *   address
 * @param {number} [options.smallDiskMiB]  data on a disk in memory of that size, for the fault "disk full"; as root, and
 *   gone after `down`
 * @param {boolean} [options.clean]  begins with empty data
 * @param {boolean} [options.ignoreMemory]
 * @param {string[]} [options.javaOptions]
 * @param {(line: string) => void} [options.tell]  gets progress
 * @returns {Promise<Record<string, string>>} the environment for programs that use them
 * @throws AggregateError with one error an engine that did not start; the others go on.
 */
export async function up(options = {}) {
  const layout = layoutOf(options);
  const settings = {
    ...options,
    nodes: options.nodes ?? 1,
    portOffset: options.portOffset ?? 0,
    proxied: options.proxied ?? false,
    javaOptions: options.javaOptions ?? [],
    tell: options.tell ?? (() => {}),
  };
  const wanted = chosen(settings.only);
  const counted = wanted
    .filter(
      ({ name }) => !plansOf(layout).some((plan) => plan.engine === name && runningNodes(layout, plan).length > 0),
    )
    .map((engine) => ({ engine, nodes: engine.nodeCounts.includes(settings.nodes) ? settings.nodes : 1 }));
  await requireAll(layout, counted, settings);
  for (const path of [layout.conf, layout.data, layout.logs, layout.run, layout.packages]) folder(path);
  const results = await Promise.allSettled(wanted.map((engine) => bringUp(layout, engine, settings)));
  const failed = results.flatMap((result, index) =>
    result.status === 'rejected' ? [new Error(`${wanted[index].name}: ${result.reason.message}`)] : [],
  );
  if (failed.length > 0) throw new AggregateError(failed, failed.map(({ message }) => message).join('\n'));
  return environment(options);
}

/** Stops engines of this home, in order and with time to write their data; returns the names of those that were there. */
export async function down({ only, ...places } = {}) {
  const layout = layoutOf(places);
  const names = chosen(only).map(({ name }) => name);
  const plans = plansOf(layout).filter((plan) => names.includes(plan.engine));
  await Promise.all(plans.map((plan) => takeDown(layout, plan)));
  return plans.map(({ engine }) => engine);
}

/** `NAME=value` pairs of all engines of this home that were brought up. */
export function environment(places = {}) {
  return Object.assign({}, ...plansOf(layoutOf(places)).map((plan) => environmentOf(plan)));
}

/** One entry a node: whether its process lives, whether it answers over its own protocol, and its memory. */
export async function status(places = {}) {
  const layout = layoutOf(places);
  const rows = plansOf(layout).flatMap((plan) => plan.nodes.map((node) => ({ plan, node })));
  return Promise.all(
    rows.map(async ({ plan, node }) => {
      const alive = isRunning(layout, node.name);
      const ask = () => engineNamed(plan.engine).isReady(plan, node, runningNodes(layout, plan));
      const ready = alive && (await ask().catch(() => false));
      const address = `${node.advertised.host}:${node.advertised.port}`;
      return { name: node.name, address, alive, ready, residentMiB: residentMiB(layout, node.name) };
    }),
  );
}
