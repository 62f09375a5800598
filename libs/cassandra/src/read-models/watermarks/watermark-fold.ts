import { type MemberMarks, readOf, receiptsJson, type WatermarkOperation } from '@parley/ports';

export interface Marks extends MemberMarks {
  /** The position at which reading last moved the read watermark; 0 for never. */
  readonly changed: number;
}

/** Everybody who ever was in a conversation, with how far they are. */
export type MarksByUser = ReadonlyMap<string, Marks>;

/** What a batch does to one conversation. Positions: of the last operation that had a part in it. */
export interface WatermarkChanges {
  readonly devices: Map<
    string,
    { readonly userId: string; readonly deviceId: string; delivered: number; read: number }
  >;
  readonly marks: Map<string, { readonly marks: Marks; readonly position: number }>;
  readonly flags: Map<string, { readonly member: boolean; readonly position: number }>;
  readonly sent: Map<string, { readonly sequence: number; readonly position: number }>;
  /** The receipts view right after the last advance, whatever comes behind it in the batch. */
  receipts: { readonly position: number; readonly body: string } | null;
  /** After the batch; null when it was not loaded. */
  loaded: Map<string, Marks> | null;
}

const nobody: Marks = { delivered: 0, read: 0, sent: 0, member: false, changed: 0 };

/** Takes operations of one conversation in order. `loaded` must be given when one of them is an advance. */
export function foldWatermarks(
  conversationId: string,
  operations: readonly WatermarkOperation[],
  loaded: MarksByUser | null,
): WatermarkChanges {
  const changes: WatermarkChanges = {
    devices: new Map(),
    marks: new Map(),
    flags: new Map(),
    sent: new Map(),
    receipts: null,
    loaded: loaded === null ? null : new Map(loaded),
  };
  const lastAdvance = operations.findLast(({ type }) => type === 'advance');
  for (const operation of operations) {
    const { position } = operation;
    switch (operation.type) {
      case 'start': {
        const { userIds } = operation;
        for (const userId of userIds) setMember(changes, userId, true, position);
        const everybody = userIds.map(() => ({ ...nobody, member: true }));
        changes.receipts = { position, body: receiptsJson(conversationId, everybody) };
        break;
      }
      case 'join':
      case 'leave':
        setMember(changes, operation.userId, operation.type === 'join', position);
        break;
      case 'sent':
        setSent(changes, operation);
        break;
      case 'advance':
        advance(changes, operation);
        break;
      case 'touch':
        break;
      default:
        throw new TypeError(`no rule for ${JSON.stringify(operation satisfies never)}`);
    }
    if (operation === lastAdvance) {
      changes.receipts = { position, body: receiptsJson(conversationId, changes.loaded?.values() ?? []) };
    }
  }
  return changes;
}

function setMember(changes: WatermarkChanges, userId: string, member: boolean, position: number): void {
  changes.flags.set(userId, { member, position });
  const { loaded } = changes;
  loaded?.set(userId, { ...(loaded.get(userId) ?? nobody), member });
}

function setSent(
  { sent, loaded }: WatermarkChanges,
  { userId, sequence, position }: Extract<WatermarkOperation, { type: 'sent' }>,
): void {
  const marks = loaded?.get(userId) ?? nobody;
  const highest = Math.max(sequence, sent.get(userId)?.sequence ?? 0, marks.sent);
  sent.set(userId, { sequence: highest, position });
  loaded?.set(userId, { ...marks, sent: highest });
}

function advance(
  changes: WatermarkChanges,
  { position, advances }: Extract<WatermarkOperation, { type: 'advance' }>,
): void {
  const { loaded } = changes;
  if (loaded === null) throw new TypeError('an advance needs everybody of the conversation');
  for (const { userId, deviceId, delivered = 0, read = 0 } of advances) {
    const id = `${userId} ${deviceId}`;
    const device = changes.devices.get(id) ?? { userId, deviceId, delivered: 0, read: 0 };
    device.delivered = Math.max(device.delivered, delivered, read);
    device.read = Math.max(device.read, read);
    changes.devices.set(id, device);
    const before = loaded.get(userId) ?? nobody;
    const moved = {
      ...before,
      delivered: Math.max(before.delivered, delivered, read),
      read: Math.max(before.read, read),
    };
    const after = readOf(moved) > readOf(before) ? { ...moved, changed: position } : moved;
    loaded.set(userId, after);
    changes.marks.set(userId, { marks: after, position });
  }
}
