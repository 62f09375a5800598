import { type PartitionCheckpoint, type ProjectionName, timelineProjections } from '@parley/ports';

/** How far each projection is known to be in each partition. Only rises: an older word changes nothing. */
export class KnownPositions {
  readonly #positions = new Map<ProjectionName, number[]>();

  constructor(private readonly partitions: number) {}

  learn({ projection, partition, position }: PartitionCheckpoint): void {
    if (!(partition >= 0 && partition < this.partitions)) return;
    let positions = this.#positions.get(projection);
    if (positions === undefined) {
      positions = Array.from({ length: this.partitions }, () => 0);
      this.#positions.set(projection, positions);
    }
    positions[partition] = Math.max(positions[partition] ?? 0, position);
  }

  /** Everything of this partition up to here is in all projections that deliveries depend on. */
  timeline(partition: number): number {
    return Math.min(...timelineProjections.map((projection) => this.#positions.get(projection)?.[partition] ?? 0));
  }

  /** Everything of the log up to here is in this projection. */
  of(projection: ProjectionName): number {
    return Math.min(...(this.#positions.get(projection) ?? [0]));
  }
}
