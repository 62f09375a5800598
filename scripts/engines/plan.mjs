// What was started, as written down for the commands and fault handles that come later.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { engines } from './engines/index.mjs';
import { freePorts, nodeHost, proxyHost } from './ports.mjs';

/** Settings of one run of an engine; see `up` for their meaning. */
export async function makePlan(engine, settings) {
  const count = engine.nodeCounts.includes(settings.nodes) ? settings.nodes : 1;
  const ids = Array.from({ length: count }, (_, index) => index + 1);
  const names = Object.keys(engine.standardPorts);
  const chosen = settings.freePorts
    ? await freePorts(
        ids.flatMap((id) => [nodeHost(id), proxyHost(id)]),
        names.length,
      )
    : names.map((name) => engine.standardPorts[name] + settings.portOffset);
  const ports = Object.fromEntries(names.map((name, index) => [name, chosen[index]]));
  return {
    engine: engine.name,
    nodes: ids.map((id) => ({
      id,
      name: `${engine.name}-${id}`,
      // A ring keeps other data than a single node, so that one can be tried beside the other.
      data: `${engine.name}-${id}-of-${count}`,
      host: nodeHost(id),
      ports,
      advertised: { host: settings.proxied ? proxyHost(id) : nodeHost(id), port: ports.client },
    })),
    proxied: settings.proxied,
    proxyControlPort: settings.proxied ? (await freePorts(['127.0.0.1'], 1))[0] : undefined,
    smallDiskMiB: settings.smallDiskMiB,
    javaOptions: settings.javaOptions,
  };
}

export const planFile = (layout, name) => join(layout.run, `${name}.json`);

export function savePlan(layout, plan) {
  mkdirSync(layout.run, { recursive: true });
  writeFileSync(planFile(layout, plan.engine), `${JSON.stringify(plan, undefined, 2)}\n`);
}

/** The plan of the engine's last start, or undefined where it was never started or taken down since. */
export function loadPlan(layout, name) {
  try {
    return JSON.parse(readFileSync(planFile(layout, name), 'utf8'));
  } catch {
    return undefined;
  }
}

export const forgetPlan = (layout, name) => rmSync(planFile(layout, name), { force: true });

/** All plans of a home, in the order of the engines. */
export const plansOf = (layout) =>
  engines.map(({ name }) => loadPlan(layout, name)).filter((plan) => plan !== undefined);

/** `NAME=value` of the engine for programs that use it. */
export function environmentOf(plan) {
  const engine = engines.find(({ name }) => name === plan.engine);
  return engine.environment(plan.nodes.map(({ advertised }) => advertised));
}
