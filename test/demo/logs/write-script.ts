import type { Cast } from './cast.js';
import type { ActionEntry, LogEntry, MessageEntry, ParsedLog, RenameEntry } from './parsed-log.js';
import type { KeptOut, Script, Step } from './script.js';

/**
 * Turns a log into a script, deterministically. In it nobody speaks or leaves who is not a member, and nobody joins
 * who is one. Each entry of the log is the cause of a step, or is in `keptOut` with the reason, or both.
 *
 * @param cast who is who; give the same one to several logs, in order, to have the same people in all of them
 */
export function writeScript(log: ParsedLog, title: string, cast: Cast): Script {
  cast.newDay();
  const writer = new Writer(cast);
  for (const entry of log.entries) writer.write(entry);
  return { title, date: log.date, steps: writer.steps, keptOut: writer.keptOut };
}

class Writer {
  readonly steps: Step[] = [];
  readonly keptOut: KeptOut[] = [];
  readonly #cast: Cast;
  readonly #members = new Set<string>();

  constructor(cast: Cast) {
    this.#cast = cast;
  }

  write(entry: LogEntry): void {
    switch (entry.kind) {
      case 'message':
        return this.#say(entry, entry.text);
      case 'action':
        return this.#say(entry, `/me ${entry.text}`);
      case 'join':
        return this.#join(this.#appear(entry.nick, entry.line), entry.line, 'joined');
      case 'leave':
        return this.#leave(this.#cast.holder(entry.nick), entry.line, 'left');
      case 'rename':
        return this.#rename(entry);
    }
  }

  #say(entry: MessageEntry | ActionEntry, text: string): void {
    const { line } = entry;
    if (entry.text.trim() === '') return this.#keepOut(line, 'no text');
    const person = this.#appear(entry.nick, line);
    if (!this.#members.has(person)) this.#join(person, line, 'spoke');
    const nick = entry.kind === 'message' ? entry.addressedTo : undefined;
    const addressedTo = nick === undefined ? undefined : this.#cast.holder(nick);
    this.steps.push({ kind: 'say', person, line, text, ...(addressedTo !== undefined && { addressedTo }) });
  }

  #join(person: string, line: number, because: 'joined' | 'spoke'): void {
    if (this.#members.has(person)) return this.#keepOut(line, 'joined as a member');
    this.#members.add(person);
    this.steps.push({ kind: 'join', person, line, because });
  }

  #leave(person: string | undefined, line: number, because: 'left' | 'nick taken'): void {
    if (person === undefined || !this.#members.delete(person))
      return this.#keepOut(line, 'left without being a member');
    this.steps.push({ kind: 'leave', person, line, because });
  }

  #rename({ from, to, line }: RenameEntry): void {
    const person = this.#appear(from, line);
    if (this.#cast.nameOf(person) === to) return this.#keepOut(line, 'renamed to the same name');
    const former = this.#cast.holder(to);
    if (former !== undefined && former !== person && this.#members.has(former)) this.#leave(former, line, 'nick taken');
    this.#takeName(person, to, line);
  }

  /** Who was renamed on an earlier day and is back under the old nick is renamed back. */
  #appear(nick: string, line: number): string {
    const person = this.#cast.appear(nick);
    if (this.#cast.nameOf(person) !== nick) this.#takeName(person, nick, line);
    return person;
  }

  #takeName(person: string, name: string, line: number): void {
    this.#cast.rename(person, name);
    this.steps.push({ kind: 'rename', person, line, name });
  }

  #keepOut(line: number, reason: KeptOut['reason']): void {
    this.keptOut.push({ line, reason });
  }
}
