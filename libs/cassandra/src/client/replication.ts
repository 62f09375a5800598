/** How a keyspace is replicated, as the driver tells it. */
export interface Replication {
  /** `SimpleStrategy` or `NetworkTopologyStrategy`, with or without its package. */
  readonly strategy: string;
  /** `replication_factor`, or the factor of each data centre; transient replicas follow a slash. */
  readonly strategyOptions: Readonly<Record<string, unknown>>;
}

/** Whether each of so many nodes of the data centre has a replica of every row. */
export function holdsAllOnEveryNode(replication: Replication, dataCenter: string, nodes: number): boolean {
  const { strategy, strategyOptions } = replication;
  const isSimple = strategy.endsWith('SimpleStrategy');
  const factor = strategyOptions[isSimple ? 'replication_factor' : dataCenter];
  return nodes > 0 && Number(factor) >= nodes;
}
