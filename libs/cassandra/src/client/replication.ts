/** How a keyspace is replicated, as the driver tells it. */
export interface Replication {
  /** `SimpleStrategy` or `NetworkTopologyStrategy`, with or without its package. */
  readonly strategy: string;
  /** `replication_factor`, or the factor of each data centre; transient replicas follow a slash. */
  readonly strategyOptions: Readonly<Record<string, unknown>>;
}

/** Replicas of every row in the data centre; NaN where some are transient or the keyspace says nothing of it. */
export function replicasIn({ strategy, strategyOptions }: Replication, dataCenter: string): number {
  const isSimple = strategy.endsWith('SimpleStrategy');
  return Number(strategyOptions[isSimple ? 'replication_factor' : dataCenter]);
}

/** Whether each of so many nodes of the data centre has a replica of every row. */
export function holdsAllOnEveryNode(replication: Replication, dataCenter: string, nodes: number): boolean {
  return nodes > 0 && replicasIn(replication, dataCenter) >= nodes;
}
