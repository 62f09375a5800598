import type { RecordEntry } from '@parley/client';
import type { RecordedEvent } from '@parley/events';
import type { Change, InboxEntry, ServerFrame } from '@parley/protocol';
import type { Trace } from '../engine/trace.js';
import type { DeviceMachine, DeviceObserver } from '../machine/device-machine.js';
import { decodedOf } from '../verify/decoded.js';

/** A promise that was not kept. */
export interface Finding {
  /** Which promise. */
  readonly check: string;
  readonly detail: string;
}

type Accepted = Extract<RecordEntry, { event: 'accepted' }>;
type HistoryEntry = Extract<ServerFrame, { type: 'history' }>['entries'][number];

/** Something that came over a socket. */
export type Shown =
  | { readonly kind: 'change'; readonly userId: string; readonly change: Change }
  | { readonly kind: 'entry'; readonly userId: string; readonly entry: InboxEntry }
  | {
      readonly kind: 'history';
      readonly userId: string;
      readonly conversationId: string;
      readonly entry: HistoryEntry;
    };

/** Sees all that devices are told and all that they tell their people, judges at once what can be, and keeps the rest. */
export class Witness implements DeviceObserver {
  readonly findings: Finding[] = [];
  readonly accepted: { readonly userId: string; readonly entry: Accepted }[] = [];
  readonly shown: Shown[] = [];
  /** Rises with all that devices hear and do. */
  activity = 0;
  readonly #last = new Map<string, number>();

  constructor(
    private readonly trace: Trace,
    /** What nothing can take away any more. */
    private readonly durable: () => readonly RecordedEvent[],
  ) {}

  found(check: string, detail: string): void {
    this.findings.push({ check, detail });
  }

  onStart({ deviceId }: DeviceMachine): void {
    this.trace.note(`${deviceId} begins`);
    this.#forget(deviceId);
  }

  onText({ userId, deviceId }: DeviceMachine, text: string): void {
    this.trace.note(`${deviceId} < ${text}`);
    const value = JSON.parse(text) as ServerFrame | ServerFrame[];
    for (const frame of Array.isArray(value) ? value : [value]) this.#frame(userId, frame);
  }

  onRecord(device: DeviceMachine, entry: RecordEntry): void {
    this.trace.note(`${device.deviceId} ${JSON.stringify(entry)}`);
    if (entry.event !== 'connection') this.activity++;
    if (entry.event === 'accepted') this.#accepted(device, entry);
    else if (entry.event === 'received') this.#received(device, entry);
    else if (entry.event === 'reset') this.#forget(device.deviceId);
    else if (entry.event === 'joined' || entry.event === 'departed') {
      this.#last.delete(`${device.deviceId} ${entry.conversationId}`);
    }
  }

  #frame(userId: string, frame: ServerFrame): void {
    if (frame.type === 'changes') {
      for (const change of frame.changes) this.shown.push({ kind: 'change', userId, change });
    } else if (frame.type === 'snapshot') {
      for (const entry of frame.entries) this.shown.push({ kind: 'entry', userId, entry });
    } else if (frame.type === 'history') {
      const { conversationId } = frame;
      for (const entry of frame.entries) this.shown.push({ kind: 'history', userId, conversationId, entry });
    }
  }

  /** Accepted means durable: it must be there now. */
  #accepted({ userId, deviceId }: DeviceMachine, entry: Accepted): void {
    this.accepted.push({ userId, entry });
    const { conversationId, clientMessageId, sequence } = entry;
    const there = this.durable().some((recorded) => {
      if (recorded.stream !== `conversation-${conversationId}` || recorded.type !== 'MessageSent.v1') return false;
      const event = decodedOf(recorded);
      return (
        event?.type === 'MessageSent.v1' &&
        event.data.senderId === userId &&
        event.data.clientMessageId === clientMessageId &&
        event.data.sequence === sequence
      );
    });
    if (!there) this.found('accepted means durable', `${deviceId}: ${conversationId}/${sequence} is not in the log`);
  }

  /** Each once, in order, without holes. */
  #received({ deviceId }: DeviceMachine, entry: Extract<RecordEntry, { event: 'received' }>): void {
    const { conversationId, sequence } = entry;
    const key = `${deviceId} ${conversationId}`;
    const last = this.#last.get(key);
    this.#last.set(key, sequence);
    if (last === undefined || sequence === last + 1) return;
    const check = sequence <= last ? 'in order, once' : 'nothing left out';
    this.found(check, `${deviceId}: ${conversationId}/${sequence} came after ${last}`);
  }

  #forget(deviceId: string): void {
    for (const key of this.#last.keys()) if (key.startsWith(`${deviceId} `)) this.#last.delete(key);
  }
}
