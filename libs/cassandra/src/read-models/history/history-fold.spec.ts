import type { HistoryOperation } from '@parley/ports';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  foldHistory,
  type HistoryChanges,
  type HistoryHead,
  neededMessages,
  noHead,
  type StoredMessage,
} from './history-fold.js';

const body = (sequence: number): string => JSON.stringify({ sequence, content: { type: 'text.v1', text: 'as sent' } });
const never = (position: number, reason: string): never => {
  throw new Error(`${position}: ${reason}`);
};

/** Messages, edits, deletions, reactions and notices, in an order that makes sense. */
function operationsOf(kinds: readonly number[]): readonly HistoryOperation[] {
  let last = 0;
  return kinds.map((kind, index): HistoryOperation => {
    const at = { position: index * 2 + 3, revision: index, conversationId: 'cnv_1' };
    const sequence = 1 + ((kind * 7) % Math.max(1, last));
    if (kind % 6 === 5) {
      return { type: 'add-notice', ...at, notice: { type: 'renamed', actorId: 'usr_1', time: '', title: `${index}` } };
    }
    if (last === 0 || kind % 6 === 0) {
      last++;
      return { type: 'add-message', ...at, sequence: last, senderId: 'usr_1', json: body(last) };
    }
    if (kind % 6 === 1) return { type: 'delete-message', ...at, sequence, deletedBy: 'usr_1', deletedAt: `${index}` };
    if (kind % 6 === 2) return { type: 'add-reaction', ...at, sequence, userId: `usr_${index}`, emoji: '👍' };
    const content = { type: 'text.v1', text: `edited ${index}` } as const;
    return { type: 'edit-message', ...at, sequence, content, mentions: [], editedAt: `${index}` };
  });
}

/** What lies in the tables: as they are written, with everything written later winning. */
class Tables {
  head: HistoryHead = noHead;
  readonly messages = new Map<number, StoredMessage>();
  readonly versions = new Map<string, string>();
  readonly notices = new Map<number, string>();
  readonly log = new Map<number, string>();

  /** Up to `phases` of the four that a writer goes through. */
  write(operations: readonly HistoryOperation[], phases = 4): void {
    const missing = operations.filter(({ position }) => position > this.head.position);
    const needed = neededMessages(missing, false);
    const rows = new Map([...this.messages].filter(([sequence]) => needed.has(sequence)));
    const changes = foldHistory(this.head, missing, rows, false, never);
    if (phases >= 1) this.#add(changes);
    if (phases >= 2) this.#change(changes);
    if (phases >= 3) this.#drop(changes);
    if (phases >= 4) this.head = changes.head;
  }

  #add(changes: HistoryChanges): void {
    for (const { sequence, position, body: text } of changes.added) {
      if (!this.messages.has(sequence)) this.messages.set(sequence, { sequence, position, changed: null, body: text });
    }
    for (const { sequence, until, body: text } of changes.versions) this.versions.set(`${sequence} ${until}`, text);
    for (const notice of changes.notices) this.notices.set(notice.position, notice.body);
    for (const { position, ...what } of changes.log) this.log.set(position, JSON.stringify(what));
  }

  #change(changes: HistoryChanges): void {
    for (const message of changes.changed.values()) {
      const there = this.messages.get(message.sequence);
      if ((there?.changed ?? -1) <= (message.changed ?? 0)) this.messages.set(message.sequence, message);
    }
  }

  #drop(changes: HistoryChanges): void {
    for (const [sequence, at] of changes.dropped) {
      for (const id of this.versions.keys()) {
        const [ofSequence, until] = id.split(' ').map(Number);
        if (ofSequence === sequence && (until ?? 0) <= at) this.versions.delete(id);
      }
    }
  }
}

describe('history', () => {
  it('comes out the same however batches are cut, and however often one is cut short and done again', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(60), { maxLength: 40, size: 'max' }),
        fc.array(fc.record({ size: fc.integer({ min: 1, max: 9 }), phases: fc.nat(4) }), {
          minLength: 1,
          maxLength: 30,
        }),
        (kinds, attempts) => {
          const operations = operationsOf(kinds);
          const once = new Tables();
          for (const operation of operations) once.write([operation]);
          const often = new Tables();
          let done = 0;
          for (let i = 0; done < operations.length; i++) {
            const { size, phases } = attempts[i % attempts.length]!;
            // After as many failures as there are attempts all goes well.
            const through = i >= attempts.length ? 4 : phases;
            often.write(operations.slice(done, done + size), through);
            if (through === 4) done += size;
          }
          expect(often).toEqual(once);
        },
      ),
    );
  });

  it('refuses a change of a message that is not there, and says which', () => {
    const reasons: string[] = [];
    const [edit] = operationsOf([0, 3]).slice(1);
    foldHistory(noHead, [edit!], new Map(), false, (position, reason) => reasons.push(`${position}: ${reason}`));
    expect(reasons).toEqual(['5: there is no message 1']);
  });

  it('applies a late event to rows that are further on, and keeps their position', () => {
    const [message, edit] = operationsOf([0, 3]);
    const row: StoredMessage = { sequence: 1, position: 3, changed: 90, body: body(1) };
    const head = { ...noHead, position: 100, revision: 20, lastSequence: 1, message: 3, change: 90 };
    const changes = foldHistory(head, [edit!], new Map([[1, row]]), true, never);
    expect(changes.changed.get(1)).toMatchObject({ changed: 90, body: expect.stringContaining('edited 1') as string });
    expect(changes.head).toEqual(head);
    expect(foldHistory(head, [message!], new Map([[1, row]]), true, never).added).toEqual([]);
  });
});
