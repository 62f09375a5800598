import { type ProjectedPositions } from '@parley/ports';
import type { FastifyReply } from 'fastify';
import { ParleyError } from '../problem.js';

/** On writes: read with `Parley-Min-Position` of this value and you read your own write. */
export function tellPosition(reply: FastifyReply, position: number): void {
  void reply.header('Parley-Position', String(position));
}

/** On reads: waits until everything up to `minPosition` can be read. @throws ParleyError `not_yet_projected` */
export async function awaitPosition(
  positions: ProjectedPositions,
  minPosition: number | undefined,
  timeoutMs: number,
): Promise<void> {
  // Not the safe position: message search may still be behind that.
  if (minPosition === undefined || (await positions.waitFor(minPosition, timeoutMs))) return;
  throw new ParleyError('not_yet_projected', { retryAfterMs: 1_000 });
}

/** Sends `{ data, nextCursor, hasMore, asOf }` from rows that are JSON texts already, with a `Link` to the next page (RFC 8288). */
export function sendPage(
  reply: FastifyReply,
  page: {
    readonly rows: readonly string[];
    readonly nextCursor: string | null;
    readonly asOf: number;
    /** Of the request, for the Link header: path and query without `cursor`. */
    readonly url?: string;
    /** More top-level fields, as JSON texts. */
    readonly extra?: Readonly<Record<string, string>>;
  },
): void {
  const { nextCursor, url } = page;
  if (nextCursor !== null && url !== undefined) {
    const [path = '', query = ''] = url.split('?');
    const parameters = new URLSearchParams(query);
    parameters.set('cursor', nextCursor);
    void reply.header('Link', `<${path}?${parameters.toString()}>; rel="next"`);
  }
  const extra = Object.entries(page.extra ?? {}).map(([name, json]) => `,${JSON.stringify(name)}:${json}`);
  sendJson(
    reply,
    `{"data":[${page.rows.join(',')}],"nextCursor":${JSON.stringify(nextCursor)},"hasMore":${String(nextCursor !== null)},"asOf":"${page.asOf}"${extra.join('')}}`,
  );
}

/** Sends a JSON text as it is. */
export function sendJson(reply: FastifyReply, json: string): void {
  void reply.header('Content-Type', 'application/json; charset=utf-8').send(json);
}
