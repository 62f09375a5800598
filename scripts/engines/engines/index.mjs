import { cassandra } from './cassandra.mjs';
import { elasticsearch } from './elasticsearch.mjs';
import { kafka } from './kafka.mjs';
import { redis } from './redis.mjs';

/**
 * What the launcher knows of an engine. A node is `{ id, name, host, ports, advertised: { host, port } }`.
 * @typedef {object} Engine
 * @property {string} name
 * @property {Record<string, number>} standardPorts  `client` is the one that clients use
 * @property {number[]} nodeCounts
 * @property {boolean} [oneByOne]  nodes start one after the other
 * @property {{ java?: boolean, maven?: string, program?: string, setpriv?: boolean }} needs
 *   maven: name of its package folder; program: of a Debian package; setpriv: does not run as root
 * @property {(nodes: number) => number} memoryMiB  resident, after load
 * @property {(context) => Promise<unknown>} install  loads the program
 * @property {(context, node) => Promise<{ name, pid, ended }>} launchNode
 * @property {(plan, node, running: object[]) => Promise<boolean>} isReady  asked over the engine's own protocol
 * @property {(addresses: { host: string, port: number }[]) => Record<string, string>} environment
 */

/** @type {Engine[]} */
export const engines = [kafka, cassandra, elasticsearch, redis];

/** @throws Error naming the engines there are. */
export function engineNamed(name) {
  const engine = engines.find((each) => each.name === name);
  if (engine !== undefined) return engine;
  throw new Error(`no engine is called ${name}; there are ${engines.map((each) => each.name).join(', ')}`);
}
