import type { Span } from '../model/group-model.js';
import type { Arrivals } from './arrivals.js';

export interface ArrivalFaults {
  /** Messages that were due and came: once each, however often they came. */
  readonly delivered: number;
  readonly lost: number;
  /** Came again. */
  readonly duplicated: number;
  /** Came first after a later one. */
  readonly outOfOrder: number;
  /** Came though the person was not there. */
  readonly unauthorised: number;
}

/** What a device got of one group, against what was due to it. Each fault counts once per message and arrival. */
export function compareArrivals(arrivals: Arrivals | undefined, spans: readonly Span[]): ArrivalFaults {
  let delivered = 0;
  let duplicated = 0;
  let outOfOrder = 0;
  let unauthorised = 0;
  let highest = 0;
  const seen: Span[] = [];
  for (const run of arrivals?.runs() ?? []) {
    const fresh = subtract(run, seen);
    duplicated += size(run);
    for (const part of fresh) {
      const inside = overlap(part, spans);
      delivered += inside;
      unauthorised += size(part) - inside;
      duplicated -= size(part);
      outOfOrder += Math.max(0, Math.min(part.to, highest) - part.from + 1);
    }
    seen.push(...fresh);
    highest = Math.max(highest, run.to);
  }
  const due = spans.reduce((sum, span) => sum + size(span), 0);
  return { delivered, lost: due - delivered, duplicated, outOfOrder, unauthorised };
}

const size = ({ from, to }: Span): number => to - from + 1;

const overlap = (run: Span, spans: readonly Span[]): number =>
  spans.reduce((sum, { from, to }) => sum + Math.max(0, Math.min(run.to, to) - Math.max(run.from, from) + 1), 0);

/** The parts of `run` that are in none of `others`, which do not overlap each other. */
function subtract(run: Span, others: readonly Span[]): Span[] {
  const parts: Span[] = [];
  let { from } = run;
  for (const other of others.toSorted((a, b) => a.from - b.from)) {
    if (other.to < from) continue;
    if (other.from > run.to) break;
    if (other.from > from) parts.push({ from, to: other.from - 1 });
    from = other.to + 1;
  }
  if (from <= run.to) parts.push({ from, to: run.to });
  return parts;
}
