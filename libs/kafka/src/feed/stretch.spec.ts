import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { partitionOfStream } from '../topic/partition-of.js';
import { recordsOf, type TopicRecord } from '../topic/topic-records.js';
import { MemoryLog } from '../testing/memory-log.js';
import { nextStretch, type PlacedRecord } from './stretch.js';

const partitions = 3;

/** A log of some streams, with gaps. */
const aLog = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 1, max: 4 })), { maxLength: 40 })
  .map((writes) => {
    const log = new MemoryLog();
    for (const [stream, gap] of writes) log.write(`conversation-c${stream}`, gap);
    return log;
  });

const placed = (records: readonly TopicRecord[]): PlacedRecord[] =>
  records.map((record, offset) => ({ offset, record }));

describe('what a stretch of the log puts into partitions', () => {
  it('says of each partition all that the log has of it, and nothing else', () => {
    fc.assert(
      fc.property(aLog, fc.nat(60), fc.nat(60), (log, a, b) => {
        const [after, checkpoint] = [Math.min(a, b), Math.max(a, b)];
        const events = log.events.filter(({ position }) => position > after && position <= checkpoint);
        for (const [partition, records] of recordsOf({ after, events, checkpoint }, partitions).entries()) {
          expect(records.at(-1)?.position).toBe(checkpoint);
          for (const [index, record] of records.entries()) {
            expect(record.after).toBe(records[index - 1]?.position ?? after);
            const inside = events.filter(
              ({ position, stream }) =>
                position > record.after &&
                position <= record.position &&
                partitionOfStream(stream, partitions) === partition,
            );
            expect(inside).toEqual(record.event === null ? [] : [record.event]);
          }
        }
      }),
    );
  });
});

describe('a reader of a partition', () => {
  it('gets all that the log has, once and in order, out of any records in any order, or is told what is missing', () => {
    fc.assert(
      fc.property(
        aLog,
        fc.array(fc.tuple(fc.nat(100), fc.nat(100)), { maxLength: 12 }),
        fc.nat(60),
        fc.infiniteStream(fc.nat()),
        (log, stretches, seen, random) => {
          const own = log.events.filter(({ stream }) => partitionOfStream(stream, partitions) === 0);
          const all = stretches.flatMap(([a, b]) => {
            const [after, checkpoint] = [Math.min(a, b), Math.max(a, b)];
            const events = log.events.filter(({ position }) => position > after && position <= checkpoint);
            return recordsOf({ after, events, checkpoint }, partitions)[0] ?? [];
          });
          // Any order at all, not only those that relays can produce.
          const shuffled = all.map((record) => ({ record, key: random.next().value })).sort((x, y) => x.key - y.key);
          let waiting = placed(shuffled.map(({ record }) => record));
          let reached = seen;
          while (waiting.length > 0) {
            const stretch = nextStretch(waiting, reached, 5);
            expect(stretch.events).toEqual(
              own.filter(({ position }) => position > reached && position <= stretch.checkpoint),
            );
            expect(stretch.events.length).toBeLessThanOrEqual(5);
            reached = stretch.checkpoint;
            waiting = waiting.slice(stretch.used);
            expect(stretch.used > 0 || (stretch.missingUpTo ?? 0) > reached).toBe(true);
            // As if it had been read from the log.
            if (stretch.used === 0) reached = stretch.missingUpTo ?? reached;
          }
        },
      ),
    );
  });

  it('lacks nothing when two relays write in turns, each from where it began', () => {
    fc.assert(
      fc.property(
        aLog,
        fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 7 })), { maxLength: 60 }),
        (log, turns) => {
          const records: TopicRecord[] = [];
          const reached = { first: 0, second: 0 };
          for (const [isFirst, count] of turns) {
            const name = isFirst ? 'first' : 'second';
            const events = log.after(reached[name], count);
            const checkpoint = events.at(-1)?.position ?? reached[name];
            records.push(...(recordsOf({ after: reached[name], events, checkpoint }, partitions)[0] ?? []));
            reached[name] = checkpoint;
          }
          const stretch = nextStretch(placed(records), 0, Infinity);
          expect(stretch.missingUpTo).toBeNull();
          expect(stretch.checkpoint).toBe(Math.max(reached.first, reached.second));
          expect(stretch.used).toBe(records.length);
        },
      ),
    );
  });
});
