import type { AllPage, EventLogReader } from '@parley/ports';

/** Up to where a projection is: by partition of the feed, all of them. */
export type Reached = readonly number[];

/** Events looked at by each look; further ones are estimated by what the log takes up. */
const maxCounted = 4_096;

interface Stretch {
  readonly after: number;
  readonly page: AllPage;
}

/**
 * Events of the log that each projection has not applied yet. Positions cannot tell: those of some logs are bytes. So
 * they are counted, from the partition that is furthest behind on; one stretch of the log serves all projections that
 * are about as far.
 */
export async function eventsBehind(
  log: Pick<EventLogReader, 'readAll'>,
  projections: readonly Reached[],
  partitionOf: (stream: string) => number,
  lastPosition: number,
): Promise<readonly number[]> {
  const stretches: Stretch[] = [];
  const lags = new Map<Reached, number>();
  for (const reached of projections.toSorted((a, b) => Math.min(...a) - Math.min(...b))) {
    const lowest = Math.min(...reached);
    const stretch =
      stretches.find(({ after, page }) => after <= lowest && (page.atEnd || lowest < page.considered)) ??
      (await read(log, lowest, stretches));
    lags.set(reached, lagIn(stretch, reached, partitionOf, lastPosition));
  }
  return projections.map((reached) => lags.get(reached) ?? 0);
}

async function read(log: Pick<EventLogReader, 'readAll'>, after: number, stretches: Stretch[]): Promise<Stretch> {
  const stretch = { after, page: await log.readAll({ after, limit: maxCounted }) };
  stretches.push(stretch);
  return stretch;
}

function lagIn(
  { after, page }: Stretch,
  reached: Reached,
  partitionOf: (stream: string) => number,
  lastPosition: number,
): number {
  const counted = page.events.filter(({ stream, position }) => position > (reached[partitionOf(stream)] ?? 0)).length;
  if (page.atEnd || page.events.length === 0) return counted;
  const perEvent = (page.considered - after) / page.events.length;
  return counted + Math.round(Math.max(0, lastPosition - page.considered) / Math.max(1, perEvent));
}
