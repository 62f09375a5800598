import type { App } from '../kit/cluster/cluster.js';

/** What can be broken. */
export const engines = ['event-log', 'kafka', 'cassandra', 'elasticsearch', 'redis'] as const;
export const apps = ['command-api', 'projector', 'gateway'] as const satisfies readonly App[];
export type Engine = (typeof engines)[number];
/** One node of the three that an engine has then: the first one, whose address comes first in every list. */
export const nodes = ['kafka-node', 'cassandra-node'] as const;
export type RingNode = (typeof nodes)[number];
export type Target = Engine | RingNode | (typeof apps)[number];

/**
 * How. `stop` is SIGTERM, `freeze` SIGSTOP, `slow` half a second more for each answer. `restart` is in good order, one
 * process after the other, each when the one before is ready. `none`: to know how the machine does when all is well.
 */
export const faults = ['none', 'stop', 'kill', 'freeze', 'slow', 'disk-full', 'restart'] as const;
export type Fault = (typeof faults)[number];

/** One cell of the matrix. */
export interface Cell {
  readonly target: Target;
  readonly fault: Fault;
}

export const isEngine = (target: Target): target is Engine => engines.some((engine) => engine === target);

export const isNode = (target: Target): target is RingNode => nodes.some((node) => node === target);

/** What a node is one of. */
export const engineOf = (node: RingNode): 'kafka' | 'cassandra' => (node === 'kafka-node' ? 'kafka' : 'cassandra');

const happenToApps: readonly Fault[] = ['none', 'kill', 'freeze', 'restart'];

/** Restarting an engine that has one node is to stop it; apps have no disk and no proxy. */
const happens = (target: Target, fault: Fault): boolean =>
  isEngine(target) || isNode(target) ? fault !== 'restart' : happenToApps.includes(fault);

/** Of all cells those that were asked for. */
export const cellsOf = (targets: readonly Target[], wanted: readonly Fault[]): readonly Cell[] =>
  targets.flatMap((target) => wanted.filter((fault) => happens(target, fault)).map((fault) => ({ target, fault })));
