/** What one device wrote down: lines of NDJSON, as the client library records them (`ledgerLine`). */
export interface Ledger {
  /** For reports: the name of its file. */
  readonly name: string;
  lines(): AsyncIterable<string>;
}

/** What is read of an entry; other events pass. */
export type LedgerEntry =
  | { readonly event: 'began'; readonly userId: string; readonly deviceId: string; readonly receives: boolean }
  | {
      readonly event: 'accepted';
      readonly conversationId: string;
      readonly clientMessageId: string;
      readonly messageId: string;
      readonly sequence: number;
    }
  | {
      readonly event: 'received';
      readonly conversationId: string;
      readonly sequence: number;
      readonly messageId: string;
      readonly senderId: string;
      readonly clientMessageId: string;
    }
  | { readonly event: 'joined' | 'departed'; readonly conversationId: string }
  | { readonly event: 'reset' }
  | { readonly event: 'read'; readonly conversationId: string; readonly read: number }
  | { readonly event: 'ended'; readonly conversations: readonly EndState[] };

export interface EndState {
  readonly conversationId: string;
  readonly lastSequence: number;
  readonly read: number;
  readonly unread: number;
  readonly mentions: number;
}

/** A line that is no entry of a ledger. The last one of a process that was killed may be cut off: that is none. */
export class LedgerUnreadable extends Error {
  override readonly name = 'LedgerUnreadable';
}

type Shape = Readonly<Record<string, 'string' | 'number' | 'boolean'>>;

const endState: Shape = {
  conversationId: 'string',
  lastSequence: 'number',
  read: 'number',
  unread: 'number',
  mentions: 'number',
};
const named: Shape = { conversationId: 'string', clientMessageId: 'string', messageId: 'string', sequence: 'number' };
const shapes: Readonly<Record<LedgerEntry['event'], Shape>> = {
  began: { userId: 'string', deviceId: 'string', receives: 'boolean' },
  accepted: named,
  received: { ...named, senderId: 'string' },
  joined: { conversationId: 'string' },
  departed: { conversationId: 'string' },
  reset: {},
  read: { conversationId: 'string', read: 'number' },
  ended: {},
};

const fits = (value: unknown, shape: Shape): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.entries(shape).every(([field, type]) => typeof (value as Record<string, unknown>)[field] === type);

/** null: an event that says nothing here. @throws LedgerUnreadable */
export function parseEntry(line: string): LedgerEntry | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new LedgerUnreadable(`not JSON: ${line.slice(0, 80)}`);
  }
  if (!fits(value, { event: 'string' })) throw new LedgerUnreadable(`no event: ${line.slice(0, 80)}`);
  const entry = value as { readonly event: string; readonly conversations?: unknown };
  if (!Object.hasOwn(shapes, entry.event)) return null;
  const { event } = entry as LedgerEntry;
  const { conversations } = entry;
  const isWhole =
    event !== 'ended' || (Array.isArray(conversations) && conversations.every((one) => fits(one, endState)));
  if (!isWhole || !fits(value, shapes[event])) throw new LedgerUnreadable(`a field is missing: ${line.slice(0, 80)}`);
  return value as LedgerEntry;
}
