import { describe, expect, it } from 'vitest';
import type { Cell } from '../cells.js';
import type { Asked, Feature, Outcome } from '../probe/features.js';
import { judge, type Verdict } from './judge.js';

const answered: Outcome = { kind: 'answered' };
const refused: Outcome = { kind: 'refused', code: 'feature_unavailable' };
const failed: Outcome = { kind: 'failed', reason: 'ECONNRESET' };
const times = { began: 10_000, there: 10_000, over: 40_000 };

/** Asked once a second from 5 s to 60 s; `during` from the beginning of the fault to its end. */
function asks(feature: Feature, during: (second: number) => Outcome, ms = 20): Asked[] {
  return Array.from({ length: 55 }, (_, index): Asked => {
    const at = 5_000 + index * 1_000;
    const isBroken = at >= times.began && at < times.over;
    return { ...(isBroken ? during(at / 1_000 - 10) : answered), feature, at, ms: isBroken ? ms : 20 };
  });
}

const faultsOf = (cell: Cell, asked: readonly Asked[]): Verdict['faults'] => judge(cell, asked, times).faults;
const search = { target: 'elasticsearch', fault: 'freeze' } as const;
const log = { target: 'event-log', fault: 'stop' } as const;
const lateWhileSlow = (target: Cell['target']): Verdict['faults'] =>
  faultsOf(
    { target, fault: 'slow' },
    asks('live push', () => answered, 12_600),
  );

const everyOther = (second: number): Outcome => (second % 2 === 0 ? answered : failed);

describe('judge', () => {
  it('takes an answer, or the word to come again, from the feature of what is away', () => {
    expect(
      faultsOf(
        search,
        asks('search', (second) => (second % 2 === 0 ? answered : refused)),
      ),
    ).toEqual([]);
    expect(
      faultsOf(
        search,
        asks('search', () => failed),
      ),
    ).toEqual([expect.stringMatching(/^search: 29\.0 s without an answer or the word/)]);
  });

  it('wants everything else to be answered, with no more than a moment in between', () => {
    expect(
      faultsOf(
        search,
        asks('history', () => answered),
      ),
    ).toEqual([]);
    expect(
      faultsOf(
        search,
        asks('history', (second) => (second < 4 ? failed : answered)),
      ),
    ).toEqual([]);
    expect(
      faultsOf(
        search,
        asks('history', (second) => (second < 10 ? refused : answered)),
      ),
    ).toHaveLength(1);
  });

  it('wants more than every other question answered', () => {
    expect(faultsOf(search, asks('history', everyOther, 800))).toEqual([
      expect.stringMatching(/^history: 12\.0 s in all without an answer/),
    ]);
    expect(
      faultsOf(
        search,
        asks('history', (second) => (second % 5 === 0 ? failed : answered), 800),
      ),
    ).toEqual([]);
  });

  it('counts an answer that comes late as none', () => {
    expect(
      faultsOf(
        search,
        asks('history', () => answered, 5_500),
      ),
    ).toHaveLength(1);
    expect(
      faultsOf(
        search,
        asks('search', () => refused, 5_500),
      ),
    ).toHaveLength(1);
  });

  it('lets pushes come late while they may', () => {
    const late: Cell = { target: 'kafka', fault: 'freeze' };
    expect(
      faultsOf(
        late,
        asks('live push', () => answered, 25_000),
      ),
    ).toEqual([]);
    expect(
      faultsOf(
        late,
        asks('live push', () => failed),
      ),
    ).toEqual([]);
    expect(
      faultsOf(
        search,
        asks('live push', () => answered, 25_000),
      ),
    ).toHaveLength(1);
  });

  it('lets pushes come late while Cassandra is slow, and while nothing else is', () => {
    expect(lateWhileSlow('cassandra')).toEqual([]);
    expect(lateWhileSlow('kafka')).toHaveLength(1);
    expect(lateWhileSlow('redis')).toHaveLength(1);
  });

  it('does not believe a log that is away when it takes everything', () => {
    expect(
      faultsOf(
        log,
        asks('send by REST', () => refused),
      ),
    ).toEqual([]);
    expect(
      faultsOf(
        log,
        asks('send by REST', () => answered),
      ),
    ).toEqual([expect.stringMatching(/never refused/)]);
  });

  it('tells when all was whole again', () => {
    const asked = asks('search', () => refused);
    asked.push(
      { ...refused, feature: 'search', at: 60_000, ms: 50 },
      { ...answered, feature: 'search', at: 61_000, ms: 5 },
    );
    const conduct = judge(search, asked, times).conducts.find(({ feature }) => feature === 'search');
    expect(conduct).toMatchObject({ questions: 30, answered: 0, wholeAfterMs: 20_050 });
    expect([...(conduct?.others ?? [])]).toEqual([['feature_unavailable', 30]]);
  });
});
