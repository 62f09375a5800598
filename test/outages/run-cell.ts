import { setTimeout as sleep } from 'node:timers/promises';
import type { InventedSize } from '../demo/logs/invent.js';
import type { Counts } from '../demo/audit/tally.js';
import type { Cell } from './cells.js';
import { judge, seconds, type Verdict } from './judge/judge.js';
import { Load, type Waits } from './load.js';
import type { Breakable } from './place/breakable.js';
import type { Place } from './place/place.js';
import { registerAskers } from './probe/people.js';
import { Probe } from './probe/probe.js';

export interface Strength {
  /** How long what is stopped, frozen, slow or full stays so, ms. */
  readonly faultMs: number;
  readonly size: InventedSize;
  /** See Load. */
  readonly everyMs: number;
}

/** What was seen. */
export interface Seen extends Verdict {
  readonly cell: Cell;
  /** From the beginning of the fault until all was there again, ms. */
  readonly brokenMs: number;
  readonly waits: Waits;
  readonly counts: Counts;
  readonly examples: readonly string[];
}

/** Killed, it is away so long before it is started again. */
const killedMs = 3_000;
const slowMs = 500;
/** Talk and questions before the fault. */
const warmMs = 4_000;
/** Answers in a row, of each feature, that mean that all is well. */
const well = 3;
const wellWithinMs = 120_000;
/** Nobody waits longer while processes are restarted one at a time, ms. */
const longestRestartWaitMs = 5_000;

/**
 * Breaks one thing while people talk, and looks at what they see: then, afterwards, and in what everybody has in the end.
 * @throws Error when the talk did not come to its end
 */
export async function runCell(place: Place, cell: Cell, seed: number, strength: Strength): Promise<Seen> {
  const load = new Load({ url: place.url, seed, number: seed, size: strength.size, everyMs: strength.everyMs });
  const askers = await registerAskers(place.url);
  const probe = await Probe.begin(place.url, askers, `outage-${seed}`);
  try {
    load.begin();
    await sleep(warmMs);
    if (!(await probe.untilWell(2, wellWithinMs))) throw new Error('it was not well before anything was broken');

    const began = performance.now();
    const end = await begin(place.breakable(cell.target), cell, strength.faultMs);
    const there = performance.now();
    await end();
    const over = performance.now();

    load.hurry();
    await probe.untilWell(well, wellWithinMs);
    await probe.end();
    const verdict = judge(cell, probe.asked(), { began, there, over });
    await load.talked();
    await load.compare();
    const { tally, figures, lines } = load.stage;
    const said = figures.accepted === lines ? [] : [`${figures.accepted} of ${lines} lines were accepted`];
    const compared = tally.isClean ? [] : [tally.lastLine()];
    return {
      cell,
      ...verdict,
      faults: [...verdict.faults, ...waitsOf(cell, load.waits), ...said, ...compared],
      waits: load.waits,
      brokenMs: over - began,
      counts: { ...tally.counts },
      examples: tally.examples,
    };
  } finally {
    await probe.close();
    await load.end();
  }
}

function waitsOf({ fault }: Cell, { longestSendMs, longestGapMs }: Waits): readonly string[] {
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
      return { forMs: faultMs, breaks: () => broken.slow(slowMs), mends: () => broken.slow(0) };
    case 'disk-full':
      return { forMs: faultMs, breaks: () => broken.fillDisk(), mends: () => broken.freeDisk() };
    case 'restart':
      return { forMs: 0, breaks: () => broken.restart(), mends: () => Promise.resolve() };
    default:
      return fault satisfies never;
  }
}
