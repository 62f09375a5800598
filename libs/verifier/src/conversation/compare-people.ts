import type { Findings } from '../findings.js';
import type { RowSource } from '../sources.js';
import type { ConversationFold } from './conversation-fold.js';
import { highest, lastVisible, readStateOf, sees } from './person-fold.js';
import type { SettingsFolds } from './settings-fold.js';

const pageSize = 1_000;

/** M, W, I: what is kept of each person who is or was a member. */
export async function comparePeople(
  fold: ConversationFold,
  settingsFolds: SettingsFolds,
  rows: RowSource,
  findings: Findings,
): Promise<void> {
  const { id } = fold;
  const marks = await marksOfMembers(rows, id);
  for (const userId of fold.people) {
    const role = fold.isMember(userId) ? (fold.roles.get(userId) ?? null) : null;
    const row = await rows.membership.membership(id, userId);
    const is = row === null ? undefined : { role: row.role, windows: row.windows.map(plainWindow) };
    findings.compare('M', id, userId, { role, windows: fold.windowsOf(userId).map(plainWindow) }, is);
    findings.compare('W', id, userId, role === null ? undefined : highest(fold, userId), marks.get(userId));
    marks.delete(userId);
    const devices = [...(fold.devices.get(userId) ?? [])].map(([deviceId, each]) => ({ deviceId, ...each }));
    const found = (await rows.watermarks.ofMember(id, userId)).map((device) => ({ ...device }));
    findings.compare('W', id, `devices of ${userId}`, byDevice(devices), byDevice(found));
    await compareEntry(fold, userId, settingsFolds, rows, findings);
  }
  for (const [userId, mark] of marks) findings.compare('W', id, userId, undefined, mark);
}

interface Entry {
  readonly conversation: { readonly memberCount: number; readonly lastSequence: number; readonly pins: number[] };
  readonly role: string;
  readonly afterSequence: number;
  readonly lastMessage: { readonly sequence: number } | null;
  readonly readState: { readonly read: number; readonly unread: number; readonly mentions: number };
  readonly settings: object;
}

async function compareEntry(
  fold: ConversationFold,
  userId: string,
  settingsFolds: SettingsFolds,
  rows: RowSource,
  findings: Findings,
): Promise<void> {
  const { id } = fold;
  const json = await rows.inbox.entry(userId, id);
  if (json === null || !fold.isMember(userId)) {
    findings.compare('I', id, userId, fold.isMember(userId) ? { role: fold.roles.get(userId) } : undefined, json);
    return;
  }
  const { conversation, role, afterSequence, lastMessage, readState, settings } = JSON.parse(json) as Entry;
  const { kind, title, description, startedAt, lastSequence, memberCount, peerIds } = fold;
  const due = {
    conversation: {
      id,
      kind,
      title,
      description,
      memberCount,
      lastSequence,
      startedAt,
      pins: fold.pins.filter((sequence) => sees(fold, userId, sequence)),
      ...(peerIds === undefined ? {} : { peerIds }),
    },
    role: fold.roles.get(userId),
    afterSequence: fold.windowsOf(userId).at(-1)?.afterSequence,
    lastMessage: lastVisible(fold, userId),
    readState: { conversationId: id, lastSequence, ...readStateOf(fold, userId) },
  };
  const is = { conversation, role, afterSequence, lastMessage: lastMessage?.sequence ?? 0, readState };
  findings.compare('I', id, userId, due, is);
  const set = { conversationId: id, ...(await settingsFolds.settingsOf(userId, id)) };
  findings.compare('I', id, `settings of ${userId}`, set, settings);
}

async function marksOfMembers(rows: RowSource, id: string): Promise<Map<string, { delivered: number; read: number }>> {
  const marks = new Map<string, { delivered: number; read: number }>();
  for (let after: string | null = null; ;) {
    const page = await rows.watermarks.ofConversation(id, after, pageSize);
    for (const { userId, delivered, read } of page) marks.set(userId, { delivered, read });
    if (page.length < pageSize) return marks;
    after = page.at(-1)?.userId ?? null;
  }
}

const plainWindow = (window: object): object => ({ ...window });

const byDevice = <T extends { readonly deviceId: string }>(devices: readonly T[]): readonly T[] =>
  devices.toSorted((a, b) => (a.deviceId < b.deviceId ? -1 : 1));
