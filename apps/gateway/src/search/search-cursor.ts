import { type CursorCodec, ParleyError } from '@parley/platform';
import type { SearchCursor, SearchQuery } from '@parley/ports';

type Order = SearchQuery['order'];

/** Paging cursors of message search; one of another order is refused. */
export const encodeSearchCursor = (cursors: CursorCodec, order: Order, { position, rank, top }: SearchCursor): string =>
  cursors.encode(kindOf(order), JSON.stringify(rank === undefined ? [position] : [position, rank, top]));

/** @throws ParleyError `invalid_cursor` */
export function decodeSearchCursor(cursors: CursorCodec, order: Order, token: string): SearchCursor {
  const [position, rank, top] = JSON.parse(cursors.decode(kindOf(order), token)) as (number | undefined)[];
  if (position === undefined) throw new ParleyError('invalid_cursor');
  return rank === undefined || top === undefined ? { position } : { position, rank, top };
}

const kindOf = (order: Order): string => (order === 'newest' ? 'search' : 'search-ranked');
