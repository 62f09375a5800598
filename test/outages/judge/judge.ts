import type { Cell } from '../cells.js';
import { type Asked, type Feature, features } from '../probe/features.js';
import { owed, type Owed } from './expected.js';
import { stretchesOf } from './stretches.js';

/** A pause that people forgive, ms; also how long an answer may take. */
const patienceMs = 5_000;
/** All pauses of one cell together, ms: who is answered every other time has no pause to complain of, and no service. */
const pausesMs = 2 * patienceMs;
/** After so long everything has to be as before, ms. */
const recoveryMs = 60_000;

/** When things happened, as of performance.now(). */
export interface Times {
  /** The fault was begun. */
  readonly began: number;
  /** It was there. */
  readonly there: number;
  /** It was gone: the engine answered again. */
  readonly over: number;
}

/** How one feature did. */
export interface Conduct {
  readonly feature: Feature;
  readonly owed: Owed;
  /** Questions from the beginning of the fault to its end. */
  readonly questions: number;
  readonly answered: number;
  /** Slowest answer among them, ms. */
  readonly slowestMs: number;
  /** By code or reason: how often. */
  readonly others: ReadonlyMap<string, number>;
  /** Longest time without what is owed, ms; 0: none. */
  readonly longestMs: number;
  /** All the times without it, ms. */
  readonly sumMs: number;
  /** After the end of the fault until everything was answered, ms. */
  readonly wholeAfterMs: number;
}

export interface Verdict {
  readonly conducts: readonly Conduct[];
  /** What broke a promise. */
  readonly faults: readonly string[];
}

/** Holds what was seen against what is owed. `asked` in the order of the questions. */
export function judge(cell: Cell, asked: readonly Asked[], times: Times): Verdict {
  const conducts = features.map((feature) =>
    conductOf(
      feature,
      owed(cell, feature),
      asked.filter((one) => one.feature === feature && one.at >= times.began),
      times,
    ),
  );
  return { conducts, faults: conducts.flatMap((conduct) => faultsOf(conduct, times)) };
}

function conductOf(feature: Feature, due: Owed, asked: readonly Asked[], { over }: Times): Conduct {
  const meanwhile = asked.filter(({ at }) => at < over);
  const answered = meanwhile.filter(({ kind }) => kind === 'answered');
  const others = new Map<string, number>();
  for (const one of meanwhile) {
    if (one.kind === 'answered') continue;
    const what = one.kind === 'refused' ? one.code : one.reason;
    others.set(what, (others.get(what) ?? 0) + 1);
  }
  const stretches = stretchesOf(asked, (one) => isRight(one, due, over));
  const last = asked.findLast((one) => !isAnswered(one));
  return {
    feature,
    owed: due,
    questions: meanwhile.length,
    answered: answered.length,
    slowestMs: Math.max(0, ...answered.map(({ ms }) => ms)),
    others,
    longestMs: Math.max(0, ...stretches.map(({ ms }) => ms)),
    sumMs: stretches.reduce((sum, { ms }) => sum + ms, 0),
    wholeAfterMs: last === undefined ? 0 : Math.max(0, last.at + last.ms - over),
  };
}

const isAnswered = ({ kind, ms }: Asked): boolean => kind === 'answered' && ms <= patienceMs;

/** Whether this is what is owed, as far as one question tells. */
function isRight(one: Asked, due: Owed, over: number): boolean {
  switch (due) {
    case 'works':
      return isAnswered(one);
    case 'degrades':
    case 'refuses':
      return isAnswered(one) || (one.kind === 'refused' && one.ms <= patienceMs);
    case 'late':
      return one.kind === 'answered' && (one.at < over || one.ms <= patienceMs);
    default:
      return due satisfies never;
  }
}

function faultsOf(conduct: Conduct, { there, over }: Times): string[] {
  const { feature, longestMs, sumMs, wholeAfterMs } = conduct;
  const faults: string[] = [];
  if (conduct.owed === 'late' ? longestMs > recoveryMs : longestMs > patienceMs)
    faults.push(`${feature}: ${seconds(longestMs)} without ${wordOf(conduct.owed)}`);
  else if (conduct.owed !== 'late' && sumMs > pausesMs)
    faults.push(`${feature}: ${seconds(sumMs)} in all without ${wordOf(conduct.owed)}`);
  if (wholeAfterMs > recoveryMs) faults.push(`${feature}: not whole again ${seconds(wholeAfterMs)} after the end`);
  if (conduct.owed === 'refuses' && over - there > 2 * patienceMs && conduct.questions > 0 && conduct.others.size === 0)
    faults.push(`${feature}: never refused, though nothing could be kept`);
  return faults;
}

function wordOf(due: Owed): string {
  switch (due) {
    case 'works':
    case 'late':
      return 'an answer';
    case 'degrades':
    case 'refuses':
      return 'an answer or the word to come again';
    default:
      return due satisfies never;
  }
}

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
