/** An event that could not be applied, kept with its reason until somebody retries it. */
export interface ParkedOperation {
  readonly position: number;
  readonly stream: string;
  readonly type: string;
  readonly reason: string;
}

/** As it is kept. `parkedAt`: ms since 1970 UTC. */
export type ParkedRecord = ParkedOperation & { readonly parkedAt: number };

/** Which parked events: a fault that repeats parks more than anybody reads at once. */
export interface ParkedPage {
  /** Exclusive; from the first one when not told. */
  readonly after?: number | undefined;
  /** Most and default: `maxParkedPage`. */
  readonly limit?: number | undefined;
}
export const maxParkedPage = 1_000;

/** By position. */
type ReadParked = (page: ParkedPage) => Promise<readonly ParkedRecord[]>;

/** All of them, page by page. */
export async function* parkedPages(read: ReadParked): AsyncGenerator<readonly ParkedRecord[], void, undefined> {
  for (let after: number | undefined; ;) {
    const page = await read({ after });
    if (page.length > 0) yield page;
    if (page.length < maxParkedPage) return;
    after = page.at(-1)?.position;
  }
}

/** Whether the event at this position is parked. */
export const isParked = async (read: ReadParked, position: number): Promise<boolean> =>
  (await read({ after: position - 1, limit: 1 })).at(0)?.position === position;

/** A page out of what was collected from several places. */
export const parkedPageOf = (
  events: Iterable<ParkedRecord>,
  { after = -1, limit = maxParkedPage }: ParkedPage = {},
): readonly ParkedRecord[] =>
  [...events]
    .filter(({ position }) => position > after)
    .sort((a, b) => a.position - b.position)
    .slice(0, limit);
