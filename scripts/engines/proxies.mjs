import { launch, stopProcess } from './processes.mjs';
import { fileURLToPath } from 'node:url';
import { planFile } from './plan.mjs';
import { waitUntil } from './wait.mjs';

const PROGRAM = fileURLToPath(new URL('proxy-process.mjs', import.meta.url));

const processName = (plan) => `${plan.engine}-proxy`;

async function control(plan, init) {
  const url = `http://127.0.0.1:${plan.proxyControlPort}/`;
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(5_000) });
  if (!response.ok) throw new Error(`the proxy of ${plan.engine} answered: ${await response.text()}`);
  return response.json();
}

/** Starts the process with the proxies of all nodes of the plan, and waits until they listen. */
export async function startProxies(layout, plan) {
  const name = processName(plan);
  const handle = launch(layout, name, process.execPath, [PROGRAM, planFile(layout, plan.engine)]);
  await waitUntil(`answer of ${name}`, async () => (await control(plan)).length > 0, {
    layout,
    handles: [handle],
    deadlineMs: 20_000,
  });
}

export const stopProxies = (layout, plan) => stopProcess(layout, processName(plan), { graceMs: 3_000 });

/**
 * Changes how the proxies of one node, or of all, behave; see TcpProxy.
 * @throws Error where the engine was started without proxies.
 */
export async function behave(plan, behaviour) {
  if (!plan.proxied) {
    throw new Error(`${plan.engine} was started without a proxy: use up({ proxied: true }) or engines:up -- --proxied`);
  }
  return control(plan, { method: 'POST', body: JSON.stringify(behaviour) });
}
