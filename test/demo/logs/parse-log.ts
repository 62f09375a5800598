import { foldNick } from './nick.js';
import type { LogEntry, ParsedLog, SkippedLine } from './parsed-log.js';
import { parseLine } from './parse-line.js';
import { readLines } from './read-lines.js';

/**
 * Reads a raw IRC log. Every line becomes an entry or is in `skipped` with the reason; no byte sequence is an error.
 *
 * @param fileName must start with the date, `YYYY-MM-DD`; throws when it does not
 */
export function parseLog(bytes: Uint8Array, fileName: string): ParsedLog {
  const date = /^\d{4}-\d\d-\d\d/.exec(fileName)?.[0];
  if (date === undefined) throw new Error(`the name of a log must start with its date (YYYY-MM-DD): ${fileName}`);

  const lines = readLines(bytes);
  const entries: LogEntry[] = [];
  const skipped: SkippedLine[] = [];
  const notUtf8: number[] = [];
  for (const [index, { text, isUtf8 }] of lines.entries()) {
    const line = index + 1;
    const read = parseLine(text, line);
    if ('entry' in read) entries.push(read.entry);
    else skipped.push({ line, text, reason: read.reason });
    if (!isUtf8) notUtf8.push(line);
  }
  return { fileName, date, lines: lines.length, entries: withAddressees(entries), skipped, notUtf8 };
}

/** `nick: text` addresses a person only if that nick occurs in the log: `well: text` does not. */
function withAddressees(entries: readonly LogEntry[]): LogEntry[] {
  const spelling = new Map<string, string>();
  for (const nick of entries.flatMap(nicksOf)) spelling.set(foldNick(nick), nick);
  return entries.map((entry) => {
    if (entry.kind !== 'message') return entry;
    const opening = /^\s*([^\s:]+):(?=\s|$)/.exec(entry.text)?.[1];
    const addressedTo = opening === undefined ? undefined : spelling.get(foldNick(opening));
    return addressedTo === undefined ? entry : { ...entry, addressedTo };
  });
}

const nicksOf = (entry: LogEntry): string[] => (entry.kind === 'rename' ? [entry.from, entry.to] : [entry.nick]);
