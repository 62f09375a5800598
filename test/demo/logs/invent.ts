import { Cast } from './cast.js';
import {
  ACTIONS,
  FAMILY_NAMES,
  GIVEN_NAMES,
  GROUP_TITLES,
  NAMES_IN_OTHER_SCRIPTS,
  SENTENCES,
} from './invented-words.js';
import type { LogEntry, ParsedLog } from './parsed-log.js';
import { Random } from './random.js';
import type { Script } from './script.js';
import { writeScript } from './write-script.js';

export interface InventedSize {
  readonly groups: number;
  readonly people: number;
  /** Entries of each group: mostly messages, and some joins, leaves, renames and actions. */
  readonly entriesPerGroup: number;
}

const DATE = '2024-02-29';
/** Characters of the longest invented text, about. */
const LONG_TEXT = 3_000;

/** Scripts of several groups with people in common, for a demo without real logs. The same seed gives the same ones. */
export function inventScripts(seed: number, size: InventedSize): { cast: Cast; scripts: Script[] } {
  const random = new Random(seed);
  const people = inventPeople(random, size.people);
  const cast = new Cast();
  const scripts = Array.from({ length: size.groups }, (_, index) => {
    const log = inventLog(random, people, size.entriesPerGroup);
    return writeScript(log, titleOf(index), cast);
  });
  return { cast, scripts };
}

function titleOf(index: number): string {
  const round = Math.floor(index / GROUP_TITLES.length);
  const title = GROUP_TITLES[index % GROUP_TITLES.length] ?? '';
  return round === 0 ? title : `${title} ${round + 1}`;
}

function inventPeople(random: Random, count: number): string[] {
  const names = new Set(NAMES_IN_OTHER_SCRIPTS.slice(0, Math.ceil(count / 4)));
  while (names.size < count) {
    const name = `${random.pick(GIVEN_NAMES)} ${random.pick(FAMILY_NAMES)}`;
    names.add(names.has(name) ? `${name} ${names.size}` : name);
  }
  return [...names].slice(0, count);
}

/** The names come back to the nicks of `people` at the end, so that each group can begin with them. */
function inventLog(random: Random, people: readonly string[], count: number): ParsedLog {
  const away = new Set<string>();
  const nickOf = (name: string): string => (away.has(name) ? `${name} (away)` : name);
  const entries = Array.from({ length: count }, (_, index) => inventEntry(random, people, away, nickOf, index + 1));
  for (const name of away) {
    entries.push({ kind: 'rename', line: entries.length + 1, from: `${name} (away)`, to: name });
  }
  return { fileName: `${DATE}.invented`, date: DATE, lines: entries.length, entries, skipped: [], notUtf8: [] };
}

function inventEntry(
  random: Random,
  people: readonly string[],
  away: Set<string>,
  nickOf: (name: string) => string,
  line: number,
): LogEntry {
  const name = random.pick(people);
  const nick = nickOf(name);
  const time = `${String(8 + (Math.floor(line / 60) % 12)).padStart(2, '0')}:${String(line % 60).padStart(2, '0')}`;
  const kind = random.below(100);
  if (kind < 4) return { kind: 'join', line, nick };
  if (kind < 7) return { kind: 'leave', line, nick };
  if (kind < 10) {
    if (!away.delete(name)) away.add(name);
    return { kind: 'rename', line, from: nick, to: nickOf(name) };
  }
  if (kind < 14) return { kind: 'action', line, time, nick, text: random.pick(ACTIONS) };
  if (kind < 16) return { kind: 'message', line, time, nick, text: inventLongText(random) };
  const other = nickOf(random.pick(people));
  const text = inventText(random);
  if (kind < 40) return { kind: 'message', line, time, nick, text: `${other}: ${text}`, addressedTo: other };
  return { kind: 'message', line, time, nick, text };
}

function inventText(random: Random): string {
  return random.chance(0.3) ? `${random.pick(SENTENCES)} ${random.pick(SENTENCES)}` : random.pick(SENTENCES);
}

function inventLongText(random: Random): string {
  let text = inventText(random);
  while (text.length < LONG_TEXT) text += ` ${inventText(random)}`;
  return text;
}
