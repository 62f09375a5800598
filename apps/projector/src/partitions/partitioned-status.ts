import type { PartitionedStatus, Projection } from '@parley/ports';
import type { ProjectedPartition } from './projected-partition.js';

export function partitionedStatus(
  projections: readonly Projection[],
  owned: readonly ProjectedPartition[],
): readonly PartitionedStatus[] {
  const partitions = owned.map(({ partition }) => partition).sort((a, b) => a - b);
  return projections.map(({ name, version }) => {
    const each = owned.flatMap((partition) => partition.status().filter((lane) => lane.name === name));
    const failure = each.find(({ state }) => state === 'failed');
    return {
      name,
      version,
      partitions,
      position: each.length === 0 ? null : Math.min(...each.map(({ position }) => position)),
      parked: each.reduce((sum, { parked }) => sum + parked, 0),
      state: stateOf(each.map(({ state }) => state)),
      ...(failure?.error === undefined ? {} : { error: failure.error }),
    };
  });
}

function stateOf(states: readonly ('live' | 'catching-up' | 'failed')[]): PartitionedStatus['state'] {
  if (states.length === 0) return 'idle';
  if (states.includes('failed')) return 'failed';
  return states.every((state) => state === 'live') ? 'live' : 'catching-up';
}
