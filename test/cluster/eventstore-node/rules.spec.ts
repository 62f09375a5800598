import streams from '@eventstore/db-client/generated/streams_pb.js';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AllReader } from '../../eventstore-node/semantics/all-reader.js';
import { decideAppend } from '../../eventstore-node/semantics/append-rules.js';
import type { ExpectedRevision, WriterView } from '../../eventstore-node/semantics/append-rules.js';
import { compileFilter, internalEventsLeftOut } from '../../eventstore-node/semantics/filter.js';
import {
  isSoftDeleted,
  parseStreamMetadata,
  SOFT_DELETION,
  withTruncateBefore,
} from '../../eventstore-node/semantics/stream-metadata.js';
import { EventLog } from '../../eventstore-node/store/event-log.js';
import type { ProposedEvent, StoredEvent } from '../../eventstore-node/store/record.js';
import { DELETED_REVISION } from '../../eventstore-node/store/record.js';
import { LOG_START, MemoryStorage } from '../../eventstore-node/store/storage.js';
import { wrongExpectedVersionStatus } from '../../eventstore-node/wire/batch-status.js';
import { checkpointMessage, eventMessage } from '../../eventstore-node/wire/read-response.js';
import { seed } from './kit.js';

/** The rules without sockets, against simple models of what they promise. */

const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

const proposed = (n: number, data = `{"n":${String(n)}}`): ProposedEvent => ({
  id: uuid(n),
  type: 'numbered',
  isJson: true,
  data: Buffer.from(data),
  metadata: Buffer.alloc(0),
});

/** The stream as a list of ids, of which the newest few are remembered. */
const viewOf = (ids: readonly string[], remembered: number): WriterView => ({
  lastRevision: ids.length - 1,
  softDeleted: false,
  hasMetadata: false,
  recentRevision: (id) => {
    const revision = ids.lastIndexOf(id);
    return revision >= 0 && revision >= ids.length - remembered ? revision : undefined;
  },
  idAt: (revision) => ids[revision] ?? '',
});

const parse = (json: string): ReturnType<typeof parseStreamMetadata> => parseStreamMetadata(true, Buffer.from(json));

const subject = (stream: string, type = 't'): { stream: string; type: string } => ({ stream, type });

const logOf = async (sizes: readonly number[]): Promise<{ log: EventLog; storage: MemoryStorage; ends: number[] }> => {
  const storage = new MemoryStorage();
  const log = new EventLog(storage);
  const ends: number[] = [];
  let n = 0;
  for (const [index, size] of sizes.entries()) {
    await log.append(
      `s${String(index % 3)}`,
      'any',
      Array.from({ length: size }, () => proposed((n += 1))),
    );
    ends.push(log.end);
  }
  return { log, storage, ends };
};
const allOf = (log: EventLog): StoredEvent[] =>
  Array.from({ length: log.index.count }, (_, ordinal) => log.read(ordinal));
describe(`appends (seed ${String(seed)})`, () => {
  const small = fc.integer({ min: 0, max: 6 });
  const ids = fc.array(small.map(uuid), { maxLength: 6 });

  it('with an exact revision are written there, found there, or refused', () => {
    fc.assert(
      fc.property(ids, ids, fc.integer({ min: -1, max: 7 }), small, (stream, append, expected, remembered) => {
        const { decision } = decideAppend(viewOf(stream, remembered), expected === -1 ? 'no-stream' : expected, append);
        const behind = stream.slice(expected + 1, expected + 1 + append.length);
        const repeated = append.length > 0 && expected < stream.length && behind.join() === append.join();
        const otherwise = repeated ? 'idempotent' : 'wrong-expected-version';
        expect(decision).toBe(expected === stream.length - 1 ? 'ok' : otherwise);
      }),
      { seed, numRuns: 3_000 },
    );
  });

  it('with any revision are never refused for being new, nor written when all is known', () => {
    fc.assert(
      fc.property(ids, ids, fc.constantFrom<ExpectedRevision>('any', 'stream-exists'), (stream, append, expected) => {
        fc.pre(expected === 'any' || stream.length > 0);
        const { decision } = decideAppend(viewOf(stream, stream.length), expected, append);
        const [first] = append;
        const known = append.every((id) => stream.includes(id)) ? 'idempotent' : 'wrong-expected-version';
        expect(decision).toBe(first === undefined || !stream.includes(first) ? 'ok' : known);
      }),
      { seed, numRuns: 3_000 },
    );
  });

  it('to a tombstoned stream are refused whatever they expect', () => {
    const view = { ...viewOf([], 0), lastRevision: DELETED_REVISION };
    for (const expected of ['any', 'no-stream', 'stream-exists', 0] as const) {
      expect(decideAppend(view, expected, [uuid(1)]).decision).toBe('deleted');
    }
  });
});

describe('metadata', () => {
  it.each([
    ['{"$maxCount":5,"$maxAge":2,"$tb":3}', { maxCount: 5, maxAgeMs: 2_000, truncateBefore: 3 }],
    ['{"$maxCount":0,"$maxAge":-1,"$tb":-2}', {}],
    ['{"$maxCount":"5"}', {}],
    ['{"$maxCount":1.5}', {}],
    ['{"$maxCount":5,"$tmp":"yes"}', {}],
    ['{"$acl":{"$r":"all","$w":["a","b"]}}', { acl: { read: ['all'], write: ['a', 'b'] } }],
    ['{"$acl":{"$r":7}}', {}],
    ['{"own":{"$maxCount":7}}', {}],
    ['[1]', {}],
    ['no json', {}],
    ['', {}],
  ])('%s', (json, expected) => {
    expect(parse(json)).toEqual(expected);
  });

  it('that are not said to be JSON are none', () => {
    expect(parseStreamMetadata(false, Buffer.from('{"$maxCount":5}'))).toEqual({});
  });

  it('mark a deleted stream by the largest number there is', () => {
    expect(isSoftDeleted(parseStreamMetadata(true, SOFT_DELETION))).toBe(true);
    expect(isSoftDeleted(parse('{"$tb":9007199254740991}'))).toBe(false);
    expect(withTruncateBefore(Buffer.from('{"a":1,"$tb":9}'), 4)?.toString()).toBe('{"a":1,"$tb":4}');
    expect(withTruncateBefore(Buffer.from('[]'), 4)).toBeNull();
  });
});

describe('filters', () => {
  it('leave out what only the node is interested in', () => {
    for (const [stream, seen] of [
      ['a', true],
      ['$all-mine', true],
      ['$epoch-information', false],
      ['$persistentsubscription-$all::g-checkpoint', false],
      ['$persistentsubscription-$all::g-parked', false],
      ['$persistentsubscription-a::g-parked', true],
    ] as const) {
      expect(internalEventsLeftOut(subject(stream))).toBe(seen);
      expect(compileFilter({ on: 'stream', regex: '.*', prefixes: [] })(subject(stream))).toBe(seen);
    }
  });

  it('let nothing pass without a prefix, and everything with an empty one', () => {
    expect(compileFilter({ on: 'stream', regex: '', prefixes: [] })(subject('a'))).toBe(false);
    expect(compileFilter({ on: 'stream', regex: '', prefixes: [''] })(subject('a'))).toBe(true);
    expect(() => compileFilter({ on: 'type', regex: '(', prefixes: [] })).toThrow(SyntaxError);
  });
});

describe(`the log (seed ${String(seed)})`, () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 12 });

  it('cut short anywhere has the whole appends before that, and goes on from there', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, fc.double({ min: 0, max: 1, noNaN: true }), async (plan, share) => {
        const { log, storage, ends } = await logOf(plan);
        const before = allOf(log);
        const cut = LOG_START + Math.floor(share * (storage.length - LOG_START));
        const torn = new MemoryStorage();
        await torn.append([Buffer.from(storage.read(LOG_START, cut - LOG_START))].filter((part) => part.length > 0));
        const restored = new EventLog(torn);
        const whole = ends.filter((end) => end <= cut).at(-1) ?? LOG_START;
        expect(restored.end).toBe(whole);
        expect(allOf(restored)).toEqual(before.filter((event) => event.end <= whole));
        const written = await restored.append('s0', 'any', [proposed(9_999)]);
        expect(written.outcome).toBe('success');
        expect(allOf(new EventLog(torn))).toEqual(allOf(restored));
      }),
      { seed, numRuns: 100 },
    );
  });

  it('with a damaged last append is without it', async () => {
    const { log, storage } = await logOf([2, 3]);
    const end = log.read(2).position;
    storage.read(end + 30, 1)[0] = 0x77;
    expect(new EventLog(storage).index.count).toBe(2);
  });

  it('is read in pages as it is read at once', async () => {
    const filters = [internalEventsLeftOut, compileFilter({ on: 'stream', regex: 's[12]', prefixes: [] })];
    await fc.assert(
      fc.asyncProperty(
        sizes,
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom(...filters),
        fc.boolean(),
        async (plan, size, window, filter, backwards) => {
          const { log } = await logOf(plan);
          const reader = new AllReader(log);
          const found: number[] = [];
          let considered = 0;
          let position = backwards ? { commit: log.end, prepare: log.end } : { commit: 0, prepare: 0 };
          for (let pages = 0; ; pages += 1) {
            const page = reader[backwards ? 'backwards' : 'forwards'](position, size, window, filter);
            expect(page.ordinals.length).toBeLessThanOrEqual(size);
            expect(page.considered).toBeLessThanOrEqual(window);
            found.push(...page.ordinals);
            considered += page.considered;
            if (page.endOfStream) break;
            expect(pages).toBeLessThan(1_000);
            position = page.next;
          }
          const all = allOf(log).map((_, ordinal) => ordinal);
          const wanted = all.filter((ordinal) =>
            filter({ stream: log.index.streamName(ordinal), type: log.index.type(ordinal) }),
          );
          expect(found).toEqual(backwards ? wanted.toReversed() : wanted);
          expect(considered).toBe(all.length);
        },
      ),
      { seed, numRuns: 200 },
    );
  });

  it('does not take anything more once it could not write', async () => {
    class FullDisk extends MemoryStorage {
      full = false;
      override append(frames: readonly Buffer[]): Promise<void> {
        return this.full ? Promise.reject(new Error('ENOSPC')) : super.append(frames);
      }
    }
    const storage = new FullDisk();
    const log = new EventLog(storage);
    await log.append('s', 'any', [proposed(1)]);
    storage.full = true;
    const failed = await Promise.allSettled([
      log.append('s', 'any', [proposed(2)]),
      log.append('t', 'any', [proposed(3)]),
    ]);
    expect(failed.map((one) => one.status)).toEqual(['rejected', 'rejected']);
    storage.full = false;
    // What failed may be accepted no more: later events would stand behind a hole.
    await expect(log.append('s', 'any', [proposed(4)])).rejects.toThrow('ENOSPC');
    await expect(log.append('s', 'any', [proposed(2)])).rejects.toThrow('ENOSPC');
    expect(allOf(log)).toHaveLength(1);
  });
});

describe('answers written by hand', () => {
  it('are read by the generated classes as they were meant', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.uint8Array({ maxLength: 300 }),
        fc.string(),
        fc.nat({ max: Number.MAX_SAFE_INTEGER }),
        fc.uuid(),
        (data, metadata, name, position, id) => {
          const event: StoredEvent = {
            id,
            stream: `s${name}`,
            type: `t${name}`,
            revision: position,
            isJson: data.length % 2 === 0,
            created: position % 10 ** 13,
            data: Buffer.from(data),
            metadata: Buffer.from(metadata),
            position,
            end: position + 1,
          };
          const read = streams.ReadResp.deserializeBinary(eventMessage({ event, link: event }, 'string')).getEvent();
          for (const recorded of [read?.getEvent(), read?.getLink()]) {
            expect(Buffer.from(recorded?.getData_asU8() ?? [])).toEqual(event.data);
            expect(Buffer.from(recorded?.getCustomMetadata_asU8() ?? [])).toEqual(event.metadata);
            expect(Buffer.from(recorded?.getStreamIdentifier()?.getStreamName_asU8() ?? []).toString()).toBe(
              Buffer.from(event.stream).toString(),
            );
            expect(recorded?.getStreamRevision()).toBe(String(position));
            expect(recorded?.getCommitPosition()).toBe(String(position));
            expect(recorded?.getId()?.getString()).toBe(id);
            expect(recorded?.getMetadataMap().get('created')).toBe(
              `${String(event.created)}${event.created === 0 ? '' : '0000'}`,
            );
          }
          expect(read?.getCommitPosition()).toBe(String(position));
        },
      ),
      { seed, numRuns: 300 },
    );
  });

  it('tell checkpoints and refused appends', () => {
    const checkpoint = streams.ReadResp.deserializeBinary(
      checkpointMessage({ commit: 2 ** 40, prepare: 0 }),
    ).getCheckpoint();
    expect(checkpoint?.toObject()).toEqual({ commitPosition: String(2 ** 40), preparePosition: '0' });
    const status = wrongExpectedVersionStatus(300, -1);
    expect(status.getMessage()).toBe('WrongExpectedVersion');
    expect(status.getDetails()?.getTypeName()).toBe('event_store.client.WrongExpectedVersion');
  });
});
