import { setTimeout as sleep } from 'node:timers/promises';
import type { InventedSize } from '../demo/logs/invent.js';
import type { Counts } from '../demo/audit/tally.js';
import type { Cell } from './cells.js';
import type { ChangesSize } from './changes/changes.js';
import type { LongConversation } from './changes/long-conversation.js';
import { pushFaults } from './judge/push-faults.js';
import { judge, seconds, type Verdict } from './judge/judge.js';
import { Load, type Waits } from './load.js';
import type { Breakable } from './place/breakable.js';
import type { Place } from './place/place.js';
import { registerAskers } from './probe/people.js';
import { Probe } from './probe/probe.js';
import { Standstill } from './standstill.js';

export interface Strength {
  /** How long what is stopped or frozen stays so, ms; what is slow or full half as long. */
  readonly faultMs: number;
  /** Of the talk that one cell takes. */
  readonly size: InventedSize;
  /** Of what is changed meanwhile, in one cell. */
  readonly changes: ChangesSize;
  /** See Load. */
  readonly everyMs: number;
  /** What is being done. */
  readonly tell: (line: string) => void;
}

/** What was seen of one cell. */
export interface Seen extends Verdict {
  readonly cell: Cell;
  /** From the beginning of the fault until all was there again, ms. */
  readonly brokenMs: number;
  readonly waits: Waits;
}

/** What was compared. */
export interface SeriesCounts extends Counts {
  /** Edits, deletions, reactions, pins and blocks that were answered. */
  readonly changes: number;
}

/** What was seen of cells that happened one after the other during one talk. */
export interface Series {
  readonly cells: readonly Seen[];
  /** Of the comparison at the end. */
  readonly counts: SeriesCounts;
  /** What it found. */
  readonly faults: readonly string[];
  readonly examples: readonly string[];
}

/** Killed, it is away so long before it is started again. */
const killedMs = 3_000;
const slowMs = 500;
/** Answers in a row, of each feature, that mean that all is well. */
const well = 2;
const wellWithinMs = 120_000;
/** Processes that were just started are slow at first: that is not to be taken for the fault's doing. */
const warm = 4;
const warmWithinMs = 300_000;
/** Nobody waits longer while processes are restarted one at a time, ms. */
const longestRestartWaitMs = 5_000;

const longestStandstillMs = 3_000;

/**
 * Breaks one thing after the other while people talk, and looks at what they see: then, afterwards, and in what everybody
 * has in the end.
 * @throws Error when the talk did not come to its end
 */
export async function runCells(
  place: Place,
  long: LongConversation,
  cells: readonly Cell[],
  seed: number,
  strength: Strength,
): Promise<Series> {
  const startedAt = performance.now();
  const tell = (what: string): void => strength.tell(`  ${seconds(performance.now() - startedAt)}: ${what}`);
  const { faultMs, everyMs } = strength;
  const size = { ...strength.size, entriesPerGroup: strength.size.entriesPerGroup * cells.length };
  const changes = { ...strength.changes, steps: strength.changes.steps * cells.length };
  const load = new Load({ url: place.url, seed, number: seed, size, everyMs, changes, long });
  const askers = await registerAskers(place.url);
  const probe = await Probe.begin(place.url, askers, `outage-${seed}`);
  const standstill = new Standstill();
  const seen: Seen[] = [];
  try {
    load.begin();
    if (!(await probe.untilWell(warm, warmWithinMs))) throw new Error('it is not well before anything was broken');
    for (const cell of cells) {
      tell(`${cell.target} ${cell.fault}`);
      const waits = load.beginWaits();
      standstill.take();
      const began = performance.now();
      const end = await begin(place.breakable(cell.target), cell, faultMs);
      const there = performance.now();
      await end();
      const over = performance.now();
      tell('is there again');
      await probe.untilWell(well, wellWithinMs);
      const settled = performance.now();
      await probe.untilPushed();
      const verdict = judge(cell, probe.asked(), { began, there, over });
      const pushed = pushFaults(probe.shown(), began, settled);
      const one = {
        cell,
        ...verdict,
        faults: [...verdict.faults, ...pushed, ...waitFaults(cell, waits), ...standstillFaults(standstill.take())],
        brokenMs: over - began,
        waits: { ...waits },
      };
      seen.push(one);
      tell(one.faults.length === 0 ? 'kept every promise so far' : one.faults.join('; '));
    }
    load.hurry();
    await probe.end();
    tell('waits until all is said');
    await load.talked();
    tell('compares');
    await load.compare();
    tell('done');
    const { tally, figures, lines } = load.stage;
    const said = figures.accepted === lines ? [] : [`${figures.accepted} of ${lines} lines were accepted`];
    const faults = [...said, ...(tally.isClean ? [] : [tally.lastLine()])];
    const counts = { ...tally.counts, changes: load.changes.changes };
    return { cells: seen, counts, faults, examples: tally.examples };
  } finally {
    standstill.end();
    await probe.close();
    await load.end();
  }
}

function standstillFaults(ms: number): readonly string[] {
  return ms > longestStandstillMs ? [`the run itself stood still for ${seconds(ms)}: see it again`] : [];
}

function waitFaults({ fault }: Cell, { longestSendMs, longestGapMs }: Waits): readonly string[] {
  if (fault !== 'restart') return [];
  return [
    ...(longestSendMs > longestRestartWaitMs ? [`somebody waited ${seconds(longestSendMs)} for a send`] : []),
    ...(longestGapMs > longestRestartWaitMs ? [`somebody was ${seconds(longestGapMs)} without a connection`] : []),
  ];
}

/** Resolves when the fault is there, with what lets it pass and ends it. */
async function begin(broken: Breakable, { fault }: Cell, faultMs: number): Promise<() => Promise<void>> {
  const { forMs, breaks, mends } = breaking(broken, fault, faultMs);
  await breaks();
  return async () => {
    await sleep(forMs);
    await mends();
  };
}

interface Breaking {
  readonly forMs: number;
  breaks(): Promise<void>;
  mends(): Promise<void>;
}

function breaking(broken: Breakable, fault: Cell['fault'], faultMs: number): Breaking {
  switch (fault) {
    case 'stop':
      return { forMs: faultMs, breaks: () => broken.stop(), mends: () => broken.start() };
    case 'kill':
      return { forMs: killedMs, breaks: () => broken.kill(), mends: () => broken.start() };
    case 'freeze':
      return { forMs: faultMs, breaks: () => broken.freeze(), mends: () => broken.thaw() };
    case 'slow':
      return { forMs: faultMs / 2, breaks: () => broken.slow(slowMs), mends: () => broken.slow(0) };
    case 'disk-full':
      return { forMs: faultMs / 2, breaks: () => broken.fillDisk(), mends: () => broken.freeDisk() };
    case 'none':
      return { forMs: faultMs, breaks: () => Promise.resolve(), mends: () => Promise.resolve() };
    case 'restart':
      return { forMs: 0, breaks: () => broken.restart(), mends: () => Promise.resolve() };
    default:
      return fault satisfies never;
  }
}
