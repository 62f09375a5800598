import type { Bench } from '../benches/bench.js';
import type { ClusterGrounds } from './cluster-grounds.js';
import { clusterGroup, clusterSaturated, steadyLoads } from './cluster-loads.js';
import { clusterRebuilds } from './cluster-rebuilds.js';
import { stagesBenches } from './cluster-stages.js';

/** Of `--cluster`, in the order in which they run. */
export const clusterBenches: readonly Bench<ClusterGrounds>[] = [
  ...steadyLoads,
  clusterSaturated,
  clusterGroup,
  ...stagesBenches,
  clusterRebuilds,
];
