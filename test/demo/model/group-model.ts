import type { Script } from '../logs/script.js';

/** What was said with one sequence. */
interface Line {
  readonly person: string;
  readonly text: string;
  /** A member at that time who is not the speaker. */
  readonly mention?: string;
}

/** Sequences that somebody was there for, both ends inside. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * What a group has to look like in the end, from the script alone: the message with sequence n is `lines[n - 1]`, and
 * each person may see their spans and nothing else. Nothing in here comes from a server or from the code under test.
 */
export interface GroupModel {
  readonly lines: readonly Line[];
  /** By person: in rising order, none empty, none touching the next without a message in between. */
  readonly spans: ReadonlyMap<string, readonly Span[]>;
  /** Members when all is said. */
  readonly members: ReadonlySet<string>;
}

/** @param keeper a member from before the first line to after the last, who says nothing */
export function modelOf(script: Script, keeper: string): GroupModel {
  const lines: Line[] = [];
  const spans = new Map<string, Span[]>();
  /** First sequence that each member sees. */
  const since = new Map<string, number>([[keeper, 1]]);
  for (const step of script.steps) {
    switch (step.kind) {
      case 'join':
        since.set(step.person, lines.length + 1);
        break;
      case 'leave':
        close(step.person, lines.length);
        break;
      case 'say': {
        const { person, text, addressedTo: mention } = step;
        const mentioned = mention !== undefined && mention !== person && since.has(mention);
        lines.push(mentioned ? { person, text, mention } : { person, text });
        break;
      }
      case 'rename':
        break;
    }
  }
  const members = new Set(since.keys());
  for (const person of members) close(person, lines.length);
  return { lines, spans, members };

  function close(person: string, to: number): void {
    const from = since.get(person);
    if (from === undefined) throw new Error(`${person} leaves without being there`);
    since.delete(person);
    const before = spans.get(person) ?? [];
    spans.set(person, before);
    const last = before.at(-1);
    if (to < from) return;
    // Who was away while nothing was said has missed nothing.
    if (last !== undefined && last.to === from - 1) before[before.length - 1] = { from: last.from, to };
    else before.push({ from, to });
  }
}

export const noSpans: readonly Span[] = [];

export const sees = (spans: readonly Span[], sequence: number): boolean =>
  spans.some(({ from, to }) => from <= sequence && sequence <= to);

/** Messages in the spans, from `from` on. */
export const countFrom = (spans: readonly Span[], from: number): number =>
  spans.reduce((sum, span) => sum + Math.max(0, span.to - Math.max(span.from, from) + 1), 0);

/** The sequences of the spans, rising. */
export function* sequencesOf(spans: readonly Span[]): Generator<number> {
  for (const { from, to } of spans) for (let sequence = from; sequence <= to; sequence++) yield sequence;
}

/** The newest `limit` sequences of the spans up to `upTo`. */
export function newest(spans: readonly Span[], upTo: number, limit: number): Span[] {
  const page: Span[] = [];
  let room = limit;
  for (const { from, to } of spans.toReversed()) {
    const end = Math.min(to, upTo);
    const start = Math.max(from, end - room + 1);
    if (room === 0 || start > end) continue;
    page.unshift({ from: start, to: end });
    room -= end - start + 1;
  }
  return page;
}
