/** One change on its way into a page. */
export interface FeedItem {
  readonly position: number;
  /** Order of changes of one event: what must be known first comes first. */
  readonly rank: number;
  readonly json: string;
}

/** Changes of one kind in position order, read piece by piece. */
export interface FeedSource {
  /**
   * At most about `limit` of those after a position, which the source does not go back beyond. Everything up to
   * `reached` is among them; when that is Infinity there are no more.
   */
  read(after: number, limit: number): { readonly items: readonly FeedItem[]; readonly reached: number };
  /** It has looked at as much as one page may cost: the page ends where it stands. */
  isSpent?(): boolean;
}

export interface FeedPage {
  readonly items: readonly FeedItem[];
  readonly upTo: number;
  readonly hasMore: boolean;
}

const smallestPiece = 2;

/**
 * Merges sources into one page. Each is read a piece at a time; the page reaches as far as all of them have been read,
 * and the one that is behind is read on until the page is full. One event's changes are never on two pages. A page may
 * have nothing on it and more behind it.
 */
export function mergeFeed(sources: readonly FeedSource[], after: number, upTo: number, limit: number): FeedPage {
  const items: FeedItem[] = [];
  const open: { readonly source: FeedSource; reached: number; piece: number }[] = [];
  const readOn = (entry: (typeof open)[number]): void => {
    const { items: more, reached } = entry.source.read(entry.reached, entry.piece);
    items.push(...more);
    entry.reached = reached;
    entry.piece *= 2;
  };
  const piece = Math.max(smallestPiece, Math.ceil((2 * limit) / Math.max(1, sources.length)));
  for (const source of sources) {
    const entry = { source, reached: after, piece };
    readOn(entry);
    if (entry.reached < upTo) open.push(entry);
  }
  let bound = upTo;
  for (;;) {
    const behind = open.reduce<(typeof open)[number] | null>(
      (least, entry) => (least === null || entry.reached < least.reached ? entry : least),
      null,
    );
    bound = behind?.reached ?? upTo;
    if (behind !== null && behind.reached > after && behind.source.isSpent?.() === true) break;
    if (behind === null || items.filter((item) => item.position <= bound).length >= limit) break;
    readOn(behind);
    if (behind.reached >= upTo) open.splice(open.indexOf(behind), 1);
  }
  const ready = items
    .filter((item) => item.position <= bound)
    .sort((a, b) => a.position - b.position || a.rank - b.rank);
  const last = ready[limit - 1]?.position;
  if (last === undefined) return { items: ready, upTo: bound, hasMore: bound < upTo };
  const page = ready.filter((item) => item.position <= last);
  return { items: page, upTo: last, hasMore: true };
}

/** A source whose rows are in memory already. */
export const fixedSource = (all: readonly FeedItem[]): FeedSource => ({
  read: () => ({ items: all, reached: Infinity }),
});

/**
 * A source that reads rows after a position in rising order. When the piece was full there may be more rows of its last
 * position: these are left for the next piece.
 */
export const rowSource = <Row>(
  read: (after: number, limit: number) => readonly Row[],
  positionOf: (row: Row) => number,
  itemOf: (row: Row) => FeedItem | null,
): FeedSource => ({
  read(after, limit) {
    const rows = read(after, limit);
    const last = rows.at(-1);
    const reached = last === undefined || rows.length < limit ? Infinity : positionOf(last) - 1;
    const items = rows
      .filter((row) => positionOf(row) <= reached)
      .map(itemOf)
      .filter((item) => item !== null);
    return { items, reached: Math.max(reached, after) };
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
