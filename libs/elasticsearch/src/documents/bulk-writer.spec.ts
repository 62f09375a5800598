import { afterEach, describe, expect, it } from 'vitest';
import { connect } from '../engine/connect.js';
import { ElasticsearchFailure } from '../engine/failure.js';
import { type FakeAnswer, FakeNode } from '../engine/fake-node.kit.js';
import { BulkWriter } from './bulk-writer.js';
import type { DocumentWrite } from './fold-batch.js';

const quick = { maxAttempts: 4, pauseMs: 1 };
const ok = { status: 201 };
const overloaded = { status: 429, error: { type: 'es_rejected_execution_exception', reason: 'queue is full' } };
const conflict = { status: 409, error: { type: 'version_conflict_engine_exception', reason: 'newer' } };

const write = (version: number, tokens = ' tea '): DocumentWrite => ({
  id: `cnv_a:${version}`,
  version,
  document: { conversationId: 'cnv_a', sequence: version, position: version, tokens },
});

/** Versions in a request, in order. */
const versionsIn = (body: string): number[] =>
  body
    .trim()
    .split('\n')
    .flatMap((line) => (JSON.parse(line) as { index?: { version: number } }).index?.version ?? []);

const rising = (a: number, b: number): number => a - b;

describe('BulkWriter', () => {
  let node: FakeNode | null = null;
  afterEach(async () => {
    await node?.close();
    node = null;
  });

  async function writing(
    outcome: (version: number, attempt: number) => object,
    whole?: (attempt: number) => FakeAnswer | null,
  ): Promise<{ writer: BulkWriter; sent: number[][] }> {
    const sent: number[][] = [];
    node = await FakeNode.start(({ body }) => {
      const versions = versionsIn(body);
      sent.push(versions);
      const answer = whole?.(sent.length);
      if (answer !== undefined && answer !== null) return answer;
      return { body: { items: versions.map((version) => ({ index: outcome(version, sent.length) })) } };
    });
    return { writer: new BulkWriter(connect(node.url), quick), sent };
  }

  it('writes through the alias of the index alone, with versions and routing', async () => {
    const { writer } = await writing(() => ok);
    expect(await writer.write('messages-v1.1-g0', [write(7)])).toEqual(new Map());
    const [request] = node?.requests ?? [];
    expect(request?.path).toBe('/write-messages-v1.1-g0/_bulk');
    expect(JSON.parse(request?.body.split('\n')[0] ?? '')).toEqual({
      index: { _id: 'cnv_a:7', routing: 'cnv_a', version: 7, version_type: 'external_gte' },
    });
  });

  it('takes a newer document in the place for written', async () => {
    const { writer, sent } = await writing((version) => (version === 2 ? conflict : ok));
    expect(await writer.write('i', [write(1), write(2), write(3)])).toEqual(new Map());
    expect(sent).toEqual([[1, 2, 3]]);
  });

  it('sends again only those that the engine had no room for', async () => {
    const { writer, sent } = await writing((version, attempt) => (version > attempt ? overloaded : ok));
    expect(await writer.write('i', [write(1), write(2), write(3)])).toEqual(new Map());
    expect(sent).toEqual([[1, 2, 3], [2, 3], [3]]);
  });

  it('sends everything again when there was no room for the request', async () => {
    const full = { status: 429, body: { error: { type: 'circuit_breaking_exception', reason: 'too large' } } };
    const { writer, sent } = await writing(
      () => ok,
      (attempt) => (attempt === 1 ? full : null),
    );
    await writer.write('i', [write(1), write(2)]);
    expect(sent).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  it('gives up after a few attempts: that is an outage', async () => {
    const { writer, sent } = await writing(() => overloaded);
    await expect(writer.write('i', [write(1)])).rejects.toThrow(ElasticsearchFailure);
    expect(sent).toHaveLength(quick.maxAttempts);
  });

  it('tells which documents are refused, without their texts, and writes the others', async () => {
    const mapping = {
      status: 400,
      error: {
        type: 'document_parsing_exception',
        reason: "[1:2] failed to parse field [tokens] of type [text]. Preview of field's value: 'my secret'",
      },
    };
    const { writer } = await writing((version) => (version === 2 ? mapping : ok));
    const refused = await writer.write('i', [write(1), write(2), write(3)]);
    expect([...refused.keys()]).toEqual([2]);
    expect(refused.get(2)).toContain('failed to parse field [tokens]');
    expect(refused.get(2)).not.toContain('secret');
  });

  it.each([
    { status: 503, error: { type: 'unavailable_shards_exception', reason: 'primary is away' } },
    { status: 404, error: { type: 'index_not_found_exception', reason: 'gone' } },
    { status: 400, error: { type: 'index_closed_exception', reason: 'closed' } },
    { status: 403, error: { type: 'cluster_block_exception', reason: 'disk is full' } },
    { status: 500 },
  ])('is an outage: %j', async (outcome) => {
    const { writer } = await writing((version) => (version === 2 ? outcome : ok));
    await expect(writer.write('i', [write(1), write(2)])).rejects.toThrow(ElasticsearchFailure);
  });

  it('does not take an answer that says too little for success', async () => {
    const { writer } = await writing(
      () => ok,
      () => ({ body: { items: [{ index: ok }] } }),
    );
    await expect(writer.write('i', [write(1), write(2)])).rejects.toThrow('1 outcomes of 2');
  });

  it('cuts by number and by length', async () => {
    const { writer, sent } = await writing(() => ok);
    await writer.write(
      'i',
      Array.from({ length: 2_500 }, (_, at) => write(at)),
    );
    expect(sent.map(({ length }) => length).sort(rising)).toEqual([500, 1_000, 1_000]);
    sent.length = 0;
    await writer.write(
      'i',
      Array.from({ length: 9 }, (_, at) => write(at, 'x'.repeat(1_000_000))),
    );
    expect(sent.map(({ length }) => length).sort(rising)).toEqual([1, 4, 4]);
    expect(sent.flat().sort(rising)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });
});
