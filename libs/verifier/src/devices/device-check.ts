import { highest, lastVisible, sees, unreadOf } from '../conversation/person-fold.js';
import type { Findings } from '../findings.js';
import type { EndState, LedgerEntry } from './ledger.js';
import type { Said, SaidInLog } from './said.js';

type EntryOf<E extends LedgerEntry['event']> = Extract<LedgerEntry, { event: E }>;

/** How far one device is in one conversation. */
interface Place {
  /** Received last; 0: nothing yet. */
  last: number;
  /** What comes next need not follow: everything was dropped, or one left and came back. */
  mayPass: boolean;
  /** A run that was cut off may have received more than it had saved. */
  mayRepeat: boolean;
  read: number;
}

/** Goes through one ledger, line by line, and holds each against the log. */
export class DeviceCheck {
  readonly #places = new Map<string, Place>();
  #userId = '';
  #receives = true;
  #hasEnded = false;
  #line = 0;

  constructor(
    private readonly name: string,
    private readonly said: SaidInLog,
    private readonly findings: Findings,
  ) {}

  /** Closed while it was live: what it showed is held against the log. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  async take(entry: LedgerEntry, line: number): Promise<void> {
    this.#line = line;
    if (entry.event === 'began') this.#begin(entry);
    else if (entry.event === 'accepted') this.#accepted(entry, await this.said.of(entry.conversationId));
    else if (entry.event === 'received') this.#received(entry, await this.said.of(entry.conversationId));
    else if (entry.event === 'ended') await this.#end(entry);
    else if (entry.event === 'reset') this.#places.clear();
    else if (entry.event === 'read') this.#read(entry);
    else this.#move(entry.conversationId);
  }

  #begin({ userId, receives }: EntryOf<'began'>): void {
    if (this.#userId !== '' && this.#userId !== userId) this.#places.clear();
    this.#userId = userId;
    this.#receives = receives;
    for (const place of this.#places.values()) place.mayRepeat = !this.#hasEnded;
    this.#hasEnded = false;
  }

  #accepted({ conversationId, sequence, clientMessageId, messageId }: EntryOf<'accepted'>, said: Said): void {
    const name = { messageId, clientMessageId, senderId: this.#userId };
    this.#expect('A1', said.isNamed(sequence, name), `accepted ${conversationId}/${sequence}`, name, 'not in the log');
  }

  #received({ conversationId, sequence, ...name }: EntryOf<'received'>, said: Said): void {
    const { fold } = said;
    const what = `received ${conversationId}/${sequence}`;
    const { messageId, senderId, clientMessageId } = name;
    const named = { messageId, senderId, clientMessageId };
    this.#expect('A2', said.isNamed(sequence, named), what, 'as it was sent', named);
    this.#expect('A9', sees(fold, this.#userId, sequence), what, fold.windowsOf(this.#userId), 'was shown');
    const place = this.#placeOf(conversationId);
    if (place.last > 0) {
      const isEarlier = sequence < place.last;
      this.#expect('A3', sequence !== place.last || place.mayRepeat, what, 'once', 'twice');
      this.#expect('A4', !isEarlier || place.mayRepeat, what, `after ${place.last}`, sequence);
      const passed = place.mayPass ? null : firstPassed(fold, this.#userId, place.last, sequence);
      this.#expect('A1', passed === null, what, `${passed} before it`, 'was passed over');
    }
    place.mayRepeat &&= sequence < place.last;
    place.mayPass = false;
    place.last = sequence;
  }

  #move(conversationId: string): void {
    const place = this.#placeOf(conversationId);
    place.mayPass = true;
    place.read = 0;
  }

  #read({ conversationId, read }: EntryOf<'read'>): void {
    const place = this.#placeOf(conversationId);
    this.#expect('A5', read >= place.read, `read of ${conversationId}`, `at least ${place.read}`, read);
    place.read = Math.max(place.read, read);
  }

  async #end({ conversations }: EntryOf<'ended'>): Promise<void> {
    this.#hasEnded = true;
    const shown = new Map(conversations.map((each) => [each.conversationId, each]));
    for (const id of new Set([...shown.keys(), ...this.#places.keys()])) {
      const { fold } = await this.said.of(id);
      const state = shown.get(id);
      const isMember = fold.isMember(this.#userId);
      this.#expect('A7', (state !== undefined) === isMember, id, isMember ? 'is shown' : 'is not shown', state ?? null);
      if (state === undefined || !isMember) continue;
      this.#endOf(state, fold);
    }
  }

  #endOf({ conversationId, lastSequence, read, unread, mentions }: EndState, fold: Said['fold']): void {
    const last = lastVisible(fold, this.#userId);
    const what = `end of ${conversationId}`;
    this.#expect('A7', lastSequence === fold.lastSequence, what, fold.lastSequence, lastSequence);
    const received = this.#places.get(conversationId)?.last ?? 0;
    if (received > 0 && this.#receives) this.#expect('A1', received === last, what, `received up to ${last}`, received);
    // A device may know of its own reading what the log does not have yet, never less.
    const known = highest(fold, this.#userId).read;
    this.#expect('A5', read >= known, what, `read up to ${known} at least`, read);
    const due = unreadOf(fold, this.#userId, read);
    this.#expect('A6', unread === due.unread && mentions === due.mentions, what, due, { unread, mentions });
  }

  #placeOf(conversationId: string): Place {
    let place = this.#places.get(conversationId);
    if (place === undefined) {
      place = { last: 0, mayPass: false, mayRepeat: false, read: 0 };
      this.#places.set(conversationId, place);
    }
    return place;
  }

  #expect(
    check: Parameters<Findings['expect']>[0],
    holds: boolean,
    what: string,
    expected: unknown,
    found: unknown,
  ): void {
    this.findings.expect(check, holds, () => ({
      place: `${this.name}:${this.#line}`,
      what,
      expected: JSON.stringify(expected),
      found: JSON.stringify(found),
    }));
  }
}

/** The first message between two that this person may see; null: there is none. */
function firstPassed(fold: Said['fold'], userId: string, after: number, before: number): number | null {
  for (let sequence = after + 1; sequence < before; sequence++) if (sees(fold, userId, sequence)) return sequence;
  return null;
}
