import type { RecordedEvent } from '@parley/events';
import type { AllPage, ReadAllOptions } from '@parley/ports';
import type { AllEvent } from '../events/coding.js';
import type { Follower } from '../follow/follower.js';
import type { FilterPlan } from './filter-plan.js';
import type { Pages } from './pages.js';

/** How long one read goes on with a filter that lets little pass. */
const filteredReadMs = 250;
/** Events read at once where the filter runs here. */
const unfilteredPage = 1_024;

/** Everything but system events, or from an event on: filtered here. */
export async function readForwards(
  pages: Pages,
  plan: FilterPlan,
  { from, after = 0, upTo = Infinity, limit = 512 }: ReadAllOptions,
): Promise<AllPage> {
  const above = from === undefined ? after : from - 1;
  const begin = from ?? after;
  // The server reads inclusively: the event at `after` comes along.
  const page = await pages.all({ direction: 'forwards', from: begin === 0 ? 'start' : begin, limit: limit + 1 });
  const news = page.items.filter(({ position }) => position > above);
  const events: RecordedEvent[] = [];
  let considered = above;
  for (const { position, event } of news) {
    if (position > upTo) return { events, considered, atEnd: true };
    if (events.length === limit) return { events, considered, atEnd: false };
    considered = position;
    if (event !== null && plan.passes(event)) events.push(event);
  }
  return { events, considered, atEnd: page.atEnd || considered === upTo };
}

/** Everything below a position; the client has no filter for this, so it runs here. May be a part, as `considered` tells. */
export async function readBackwards(
  pages: Pages,
  plan: FilterPlan,
  after: number | undefined,
  limit: number,
): Promise<AllPage> {
  const page = await pages.all({
    direction: 'backwards',
    from: after ?? 'end',
    limit: plan.isNarrow ? Math.max(limit, unfilteredPage) : limit,
  });
  const news = after === undefined ? page.items : page.items.filter(({ position }) => position < after);
  const events: RecordedEvent[] = [];
  let last: AllEvent | undefined;
  for (const one of news) {
    if (events.length === limit) return { events, considered: last?.position ?? 0, atEnd: false };
    last = one;
    if (one.event !== null && plan.passes(one.event)) events.push(one.event);
  }
  return { events, considered: last?.position ?? after ?? 0, atEnd: page.atEnd };
}

/** With a filter that runs at the server, which the client has for subscriptions only: a subscription for a moment. */
export async function readFiltered(follower: Follower, after: number, upTo: number, limit: number): Promise<AllPage> {
  const until = performance.now() + filteredReadMs;
  const events: RecordedEvent[] = [];
  let considered = after;
  try {
    while (events.length < limit) {
      const batch = await follower.next(limit - events.length);
      if (batch === null) break;
      for (const event of batch.events) {
        if (event.position > upTo) return { events, considered, atEnd: true };
        considered = event.position;
        events.push(event);
      }
      if (batch.checkpoint >= upTo) return { events, considered: upTo, atEnd: true };
      considered = batch.checkpoint;
      if (batch.live) return { events, considered, atEnd: true };
      if (performance.now() > until) break;
    }
    return { events, considered, atEnd: false };
  } finally {
    follower.close();
  }
}
