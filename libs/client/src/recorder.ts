import type { Change } from '@parley/protocol';
import type { LocalState } from './state/local-state.js';
import { readStateOf } from './state/read-state.js';

/**
 * What one device saw, as it saw it: written down line by line it is a ledger that can be compared with what was sent
 * and with what other devices saw. Times are of the environment's clock, milliseconds since 1970.
 */
export type RecordEntry = { readonly at: number } &
  /** The first welcome of a run of the client: who this device is. Without `receives` nothing is synced to it. */
  (
    | { readonly event: 'began'; readonly userId: string; readonly deviceId: string; readonly receives: boolean }
    | { readonly event: 'sent'; readonly conversationId: string; readonly clientMessageId: string }
    | {
        readonly event: 'accepted';
        readonly conversationId: string;
        readonly clientMessageId: string;
        readonly messageId: string;
        readonly sequence: number;
        readonly repeated: boolean;
      }
    | {
        readonly event: 'refused';
        readonly conversationId: string;
        readonly clientMessageId: string;
        readonly code: string;
      }
    /** Handed to the application: once each, in order. */
    | {
        readonly event: 'received';
        readonly conversationId: string;
        readonly sequence: number;
        readonly messageId: string;
        readonly senderId: string;
        readonly clientMessageId: string;
      }
    | {
        readonly event: 'changed';
        readonly conversationId: string;
        readonly sequence: number;
        readonly messageId: string;
      }
    /** A change that was known already: the server delivers at least once, the device drops the rest. */
    | { readonly event: 'repeated'; readonly kind: string; readonly position: string }
    | { readonly event: 'joined' | 'departed'; readonly conversationId: string }
    | { readonly event: 'hole'; readonly conversationId: string; readonly from: number; readonly to: number }
    | { readonly event: 'connection'; readonly phase: string; readonly reason?: string }
    | { readonly event: 'reset'; readonly reason: string }
    /** How far this person had read, as the server told this device. */
    | { readonly event: 'read'; readonly conversationId: string; readonly read: number }
    /** Closed while it was live: the conversations it is in, as it shows them. */
    | { readonly event: 'ended'; readonly conversations: readonly EndState[] }
  );

/** Of one conversation. */
export interface EndState {
  readonly conversationId: string;
  readonly lastSequence: number;
  readonly read: number;
  readonly unread: number;
  readonly mentions: number;
}

export type Recorder = (entry: RecordEntry) => void;

/** An entry as a line of a ledger: NDJSON, as `parley verify --device-logs` reads it. */
export const ledgerLine = (entry: RecordEntry): string => `${JSON.stringify(entry)}\n`;

/** An entry without its time. */
export type RecordBody = RecordEntry extends infer E ? (E extends RecordEntry ? Omit<E, 'at'> : never) : never;

export const readOf = (change: Change): RecordBody | null =>
  change.kind === 'readState'
    ? { event: 'read', conversationId: change.readState.conversationId, read: change.readState.read }
    : null;

/** Of a device that is live: what it shows while something is still to come says nothing. */
export function endOf(state: LocalState | null): RecordBody | null {
  if (state === null) return null;
  const listed = [...state.conversations.values()].filter(({ view }) => view !== null);
  return { event: 'ended', conversations: listed.map(readStateOf) };
}
