import type { Client, estypes } from '@elastic/elasticsearch';
import type { Parity } from '@parley/ports';
import type { SearchDocument } from '../documents/search-document.js';
import { asked } from '../engine/failure.js';

const pageSize = 2_000;
const maxExamples = 5;
const keepAlive = '2m';
const requestTimeout = 30_000;

interface Row {
  readonly position: number;
  readonly version: number;
  readonly key: string;
  readonly json: string;
}

/** Old and new, document by document, as of one moment each. */
export async function compareGenerations(
  client: Client,
  old: string,
  built: string,
  upTo: number,
  signal?: AbortSignal,
): Promise<Parity> {
  const report = { rows: 0, onlyInOld: 0, onlyInNew: 0, different: 0 };
  const examples: Parity['examples'][number][] = [];
  const rows = pairs(rowsOf(client, old), rowsOf(client, built));
  for await (const [before, after] of rows) {
    signal?.throwIfAborted();
    // What came after the position is only in the one that serves.
    if ([before, after].some((row) => row !== null && row.version > upTo)) continue;
    report.rows++;
    if (before?.json === after?.json) continue;
    if (before === null) report.onlyInNew++;
    else if (after === null) report.onlyInOld++;
    else report.different++;
    const key = before?.key ?? after?.key ?? '';
    if (examples.length < maxExamples) {
      examples.push({ table: 'messages', key, old: before?.json ?? null, new: after?.json ?? null });
    }
  }
  return { ...report, examples };
}

/** Both sides by position, side by side. */
async function* pairs(old: AsyncGenerator<Row>, built: AsyncGenerator<Row>): AsyncGenerator<[Row | null, Row | null]> {
  let [a, b] = await Promise.all([old.next(), built.next()]);
  while (a.done !== true || b.done !== true) {
    const before = a.done === true ? Infinity : a.value.position;
    const after = b.done === true ? Infinity : b.value.position;
    const takesOld = before <= after;
    const takesNew = after <= before;
    yield [takesOld ? (a.value as Row) : null, takesNew ? (b.value as Row) : null];
    [a, b] = await Promise.all([takesOld ? old.next() : a, takesNew ? built.next() : b]);
  }
}

/** All documents of an index in the order of the log. */
async function* rowsOf(client: Client, index: string): AsyncGenerator<Row> {
  const { id } = await asked(
    'point in time',
    client.openPointInTime({ index, keep_alive: keepAlive }, { requestTimeout }),
  );
  try {
    for (let after: number | null = null; ;) {
      const hits: readonly estypes.SearchHit<SearchDocument>[] = await page(client, id, after);
      for (const { _id: key, _version: version, _source: source } of hits) {
        if (source === undefined) continue;
        yield {
          position: source.position,
          version: version ?? 0,
          key: key ?? '',
          json: JSON.stringify({ ...source, version }),
        };
        after = source.position;
      }
      if (hits.length < pageSize) return;
    }
  } finally {
    await client.closePointInTime({ id }, { requestTimeout }).catch(() => undefined);
  }
}

async function page(client: Client, id: string, after: number | null): Promise<estypes.SearchHit<SearchDocument>[]> {
  const answer = await asked(
    'compare',
    client.search<SearchDocument>(
      {
        pit: { id, keep_alive: keepAlive },
        sort: [{ position: 'asc' }],
        ...(after === null ? {} : { search_after: [after] }),
        size: pageSize,
        version: true,
        track_total_hits: false,
        allow_partial_search_results: false,
      },
      { requestTimeout },
    ),
  );
  return answer.hits.hits;
}
