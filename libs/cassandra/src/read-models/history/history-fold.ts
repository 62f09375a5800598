import { changeBody, type HistoryOperation, type MessageChange } from '@parley/ports';
import { bucketOfSequence } from '../layout.js';

/** What history knows of a conversation; the last of its rows to be written. */
export interface HistoryHead {
  /** Of the last event: everything up to it is in the rows. */
  readonly position: number;
  readonly revision: number;
  readonly lastSequence: number;
  /** Positions of the last message, change of one, and notice. */
  readonly message: number;
  readonly change: number;
  readonly notice: number;
}

export const noHead: HistoryHead = {
  position: -1,
  revision: -1,
  lastSequence: 0,
  message: 0,
  change: 0,
  notice: 0,
};

export interface StoredMessage {
  readonly sequence: number;
  /** Of the event that sent it. */
  readonly position: number;
  /** Of its last change; null when it never changed. */
  readonly changed: number | null;
  readonly body: string;
}

/** What a batch does to one conversation. */
export interface HistoryChanges {
  head: HistoryHead;
  /** `opens`: the first one of its bucket. */
  readonly added: { readonly sequence: number; readonly position: number; readonly body: string; opens: boolean }[];
  /** Messages as they stand after the batch. */
  readonly changed: Map<number, StoredMessage>;
  /** What edits replaced. */
  readonly versions: { readonly sequence: number; readonly until: number; readonly body: string }[];
  /** Messages whose earlier texts go, with the position of the deletion. */
  readonly dropped: Map<number, number>;
  readonly notices: { readonly position: number; readonly afterSequence: number; readonly body: string }[];
  /** What changed at which position: a message, or the notice that came. */
  readonly log: { readonly position: number; readonly sequence?: number; readonly notice?: string }[];
}

/** Sequences of messages that a batch changes and whose rows it does not bring itself. */
export function neededMessages(operations: readonly HistoryOperation[], late: boolean): ReadonlySet<number> {
  const added = new Set<number>();
  const needed = new Set<number>();
  for (const operation of operations) {
    if (operation.type === 'add-message' && !late) added.add(operation.sequence);
    else if ('sequence' in operation && !added.has(operation.sequence)) needed.add(operation.sequence);
  }
  return needed;
}

/**
 * Takes operations of one conversation in order. `rows`: the needed messages as they lie; a row that is ahead of an
 * operation already has it in it, from an attempt that was cut short. `late`: they are of a parked event, whose position
 * tells nothing of what the rows have. `reject` is told of what does not fit.
 */
export function foldHistory(
  head: HistoryHead,
  operations: readonly HistoryOperation[],
  rows: ReadonlyMap<number, StoredMessage>,
  late: boolean,
  reject: (position: number, reason: string) => void,
): HistoryChanges {
  const changes: HistoryChanges = {
    head,
    added: [],
    changed: new Map(),
    versions: [],
    dropped: new Map(),
    notices: [],
    log: [],
  };
  const messages = new Map(rows);
  for (const operation of operations) {
    const { position, revision } = operation;
    const before = changes.head;
    changes.head = {
      ...before,
      position: Math.max(before.position, position),
      revision: Math.max(before.revision, revision),
    };
    switch (operation.type) {
      case 'add-message':
        add(changes, messages, operation, late);
        break;
      case 'add-notice': {
        const { conversationId, notice } = operation;
        const { lastSequence } = before;
        const body = { conversationId, position: String(position), afterSequence: lastSequence, ...notice };
        const json = JSON.stringify(body);
        changes.notices.push({ position, afterSequence: lastSequence, body: json });
        changes.log.push({ position, notice: json });
        changes.head = { ...changes.head, notice: Math.max(before.notice, position) };
        break;
      }
      case 'pass':
        break;
      case 'edit-message':
      case 'delete-message':
      case 'add-reaction':
      case 'remove-reaction':
      case 'pin-message':
      case 'unpin-message': {
        const message = messages.get(operation.sequence);
        if (message === undefined) reject(position, `there is no message ${operation.sequence}`);
        else change(changes, messages, message, operation, late);
        break;
      }
      default:
        throw new TypeError(`no rule for ${JSON.stringify(operation satisfies never)}`);
    }
  }
  return changes;
}

function add(
  changes: HistoryChanges,
  messages: Map<number, StoredMessage>,
  operation: Extract<HistoryOperation, { type: 'add-message' }>,
  late: boolean,
): void {
  const { sequence, position, json: body } = operation;
  const { head } = changes;
  // A parked event that was applied by an attempt that was cut short: what changed since must stay.
  if (late && messages.has(sequence)) return;
  const opens = head.lastSequence === 0 || bucketOfSequence(sequence) !== bucketOfSequence(head.lastSequence);
  changes.added.push({ sequence, position, body, opens: opens || late });
  messages.set(sequence, { sequence, position, changed: null, body });
  if (sequence > head.lastSequence) changes.head = { ...head, lastSequence: sequence, message: position };
}

function change(
  changes: HistoryChanges,
  messages: Map<number, StoredMessage>,
  message: StoredMessage,
  operation: MessageChange,
  late: boolean,
): void {
  const { sequence, position } = operation;
  changes.head = { ...changes.head, change: Math.max(changes.head.change, position) };
  changes.log.push({ position, sequence });
  if (operation.type === 'delete-message') changes.dropped.set(sequence, position);
  if (!late && position <= (message.changed ?? message.position)) return;
  if (operation.type === 'edit-message') changes.versions.push({ sequence, until: position, body: message.body });
  const changed = Math.max(message.changed ?? 0, position);
  const after = { ...message, changed, body: changeBody(message.body, operation) };
  messages.set(sequence, after);
  changes.changed.set(sequence, after);
}
