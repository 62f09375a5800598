import { mapBounded } from '../../client/index.js';

/** One change on its way into a page. */
export interface FeedItem {
  readonly position: number;
  /** Order of changes of one event: what must be known first comes first. */
  readonly rank: number;
  readonly json: string;
}

interface FeedPiece {
  readonly items: readonly FeedItem[];
  /** Everything up to here is among them; Infinity: there are no more. */
  readonly reached: number;
}

/** Changes of one kind in position order, read piece by piece. */
export interface FeedSource {
  /** At most about `limit` of those after a position, which the source does not go back beyond. */
  read(after: number, limit: number): Promise<FeedPiece>;
  /** It has looked at as much as one page may cost: the page ends where it stands. */
  isSpent?(): boolean;
}

export interface FeedPage {
  readonly items: readonly FeedItem[];
  readonly upTo: number;
  readonly hasMore: boolean;
}

const smallestPiece = 2;
/** Sources read at once. */
const concurrency = 32;

/**
 * Merges sources into one page. Each is read a piece at a time; the page reaches as far as all of them have been read,
 * and those that are behind are read on until the page is full. One event's changes are never on two pages. A page may
 * have nothing on it and more behind it.
 */
export async function mergeFeed(
  sources: readonly FeedSource[],
  after: number,
  upTo: number,
  limit: number,
): Promise<FeedPage> {
  const items: FeedItem[] = [];
  const first = Math.max(smallestPiece, Math.ceil((2 * limit) / Math.max(1, sources.length)));
  let open = sources.map((source) => ({ source, reached: after, piece: first }));
  const readOn = async (entries: typeof open): Promise<void> => {
    const pieces = await mapBounded(entries, concurrency, ({ source, reached, piece }) => source.read(reached, piece));
    for (const [index, entry] of entries.entries()) {
      const { items: more, reached } = pieces[index] ?? { items: [], reached: Infinity };
      items.push(...more);
      entry.reached = reached;
      entry.piece *= 2;
    }
    open = open.filter((entry) => entry.reached < upTo);
  };
  await readOn(open);
  let bound = upTo;
  for (;;) {
    bound = Math.min(upTo, ...open.map(({ reached }) => reached));
    const behind = open.filter(({ reached }) => reached === bound);
    if (behind.length === 0) break;
    if (bound > after && behind.some(({ source }) => source.isSpent?.() === true)) break;
    if (items.filter((item) => item.position <= bound).length >= limit) break;
    await readOn(behind);
  }
  const ready = items
    .filter((item) => item.position <= bound)
    .sort((a, b) => a.position - b.position || a.rank - b.rank);
  const last = ready[limit - 1]?.position;
  if (last === undefined) return { items: ready, upTo: bound, hasMore: bound < upTo };
  return { items: ready.filter((item) => item.position <= last), upTo: last, hasMore: true };
}

/** A source whose items are in memory already. */
export const fixedSource = (items: readonly FeedItem[]): FeedSource => ({
  read: () => Promise.resolve({ items, reached: Infinity }),
});

/** Items made of one piece at once. */
const itemsAtOnce = 16;

/**
 * A source that reads rows after a position in rising order. When the piece was full there may be more rows of its last
 * position: these are left for the next piece.
 */
export const rowSource = <Row>(
  read: (after: number, limit: number) => Promise<readonly Row[]>,
  positionOf: (row: Row) => number,
  itemOf: (row: Row) => Promise<FeedItem | null>,
): FeedSource => ({
  async read(after, limit) {
    const rows = await read(after, limit);
    const last = rows.at(-1);
    const reached = last === undefined || rows.length < limit ? Infinity : positionOf(last) - 1;
    const items = await mapBounded(
      rows.filter((row) => positionOf(row) <= reached),
      itemsAtOnce,
      itemOf,
    );
    return { items: items.filter((item) => item !== null), reached: Math.max(reached, after) };
  },
});

/** Looks at no more than about `rows` rows, for sources most of whose rows give no item. */
export function sparing(source: FeedSource, rows: number): FeedSource {
  let left = rows;
  return {
    read(after, limit) {
      left -= limit;
      return source.read(after, limit);
    },
    isSpent: () => left <= 0,
  };
}
