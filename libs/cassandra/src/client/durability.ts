import { type Replication, replicasIn } from './replication.js';

/**
 * Whether a node that dies may take acknowledged rows with it: one replica in the data centre, and a commit log that is
 * written later than it is acknowledged. Source: `commitlog_sync` of cassandra.yaml; what was lost is in ADR 13.
 */
export function losesAcknowledged(replication: Replication, dataCenter: string, commitLogSync: string): boolean {
  return commitLogSync === 'periodic' && replicasIn(replication, dataCenter) === 1;
}

export const durabilityAdvice =
  'Cassandra has one replica of each row and acknowledges before its commit log is on the disk: a node that dies may ' +
  'lose what was shown. Set `commitlog_sync: batch` in cassandra.yaml, or keep three replicas';
