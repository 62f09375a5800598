import { type MembershipWindow, type ParleyEvent, sees, seesPosition } from '@parley/events';
import { everything } from '../conversation/compare-history.js';
import { isChange } from '../conversation/message-fold.js';
import { leavesNotice } from '../conversation/notice-view.js';
import { Findings } from '../findings.js';
import type { RowSource } from '../sources.js';

export interface PlacedEvent {
  readonly conversationId: string;
  readonly position: number;
  readonly event: ParleyEvent;
}

export interface Absence {
  readonly rows: RowSource;
  /** Of conversations, between `after` (exclusive) and `until`. */
  readonly events: readonly PlacedEvent[];
  readonly userId: string;
  readonly after: number;
  readonly until: number;
}

/** What one device was given, of what is looked at. */
interface Given {
  /** `conversation sequence`: a message may be told again as it changes. */
  readonly messages: Set<string>;
  /** `conversation position`. */
  readonly notices: Set<string>;
  readonly joined: Set<string>;
  readonly departed: Set<string>;
}

type Windows = readonly MembershipWindow[];
const pageSize = 200;

/**
 * A device of this person was away from `after` to `until` and asks what happened: every message, change of a message and
 * notice that is theirs to see comes, every coming and going, and nothing that is not theirs.
 */
export async function checkCatchUp(absence: Absence, examples: number): Promise<Findings> {
  const findings = new Findings(examples);
  const given = await ask(absence, findings);
  const windows = new Map<string, Windows>();
  const conversations = absence.events.map(({ conversationId }) => conversationId);
  for (const message of given.messages) conversations.push(message.split(' ', 1).join(''));
  for (const id of new Set(conversations)) {
    windows.set(id, (await absence.rows.membership.membership(id, absence.userId))?.windows ?? []);
  }
  await compareEvents(absence, windows, given, findings);
  compareMemberships(absence, windows, given, findings);
  for (const message of given.messages) {
    const [id = '', sequence] = message.split(' ');
    if (!sees(windows.get(id) ?? [], Number(sequence))) {
      findings.compare('P', placeOf(absence), `message ${sequence} of ${id}`, undefined, 'told');
    }
  }
  return findings;
}

const placeOf = ({ userId, after, until }: Absence): string => `${userId} away from ${after} to ${until}`;

async function compareEvents(
  absence: Absence,
  windowsOf: ReadonlyMap<string, Windows>,
  given: Given,
  findings: Findings,
): Promise<void> {
  const place = placeOf(absence);
  for (const { conversationId: id, position, event } of absence.events) {
    const windows = windowsOf.get(id) ?? [];
    if (event.type === 'MessageSent.v1') {
      const { sequence } = event.data;
      if (!sees(windows, sequence)) continue;
      findings.compare('P', place, `message ${sequence} of ${id}`, true, given.messages.has(`${id} ${sequence}`));
    } else if (isChange(event)) {
      const { sequence } = event.data;
      const isTheirs = sees(windows, sequence) && position >= openedAt(windows);
      if (!isTheirs || (await isChangedLater(absence, id, sequence))) continue;
      const isTold = given.messages.has(`${id} ${sequence}`);
      findings.compare('P', place, `change ${position} of message ${sequence} of ${id}`, true, isTold);
    } else if (leavesNotice(event) && seesPosition(windows, position)) {
      findings.compare('P', place, `notice ${position} of ${id}`, true, given.notices.has(`${id} ${position}`));
    }
  }
}

function compareMemberships(
  absence: Absence,
  windowsOf: ReadonlyMap<string, Windows>,
  given: Given,
  findings: Findings,
): void {
  const place = placeOf(absence);
  const isWithin = (position: number): boolean => position > absence.after && position <= absence.until;
  for (const [id, windows] of windowsOf) {
    for (const { afterPosition, untilPosition } of windows) {
      if (untilPosition === null) {
        if (isWithin(afterPosition)) findings.compare('P', place, `joined ${id}`, true, given.joined.has(id));
      } else if (isWithin(untilPosition)) {
        findings.compare('P', place, `departed ${id}`, true, given.departed.has(`${id} ${untilPosition}`));
      }
    }
  }
}

/** Where the membership of today began. Who departs forgets the conversation, so nothing is corrected in what was before. */
function openedAt(windows: Windows): number {
  const last = windows.at(-1);
  return last?.untilPosition === null ? last.afterPosition : Infinity;
}

/** It is told with its last change, which is none of this absence. */
async function isChangedLater({ rows, until }: Absence, conversationId: string, sequence: number): Promise<boolean> {
  const query = { conversationId, windows: everything, after: sequence - 1, limit: 1, notices: false };
  const { entries } = await rows.history.page(query);
  return (entries[0]?.position ?? 0) > until;
}

/** Page by page, until all of the absence was told. */
async function ask({ rows, userId, after, until }: Absence, findings: Findings): Promise<Given> {
  const given: Given = { messages: new Set(), notices: new Set(), joined: new Set(), departed: new Set() };
  for (let from = after; from < until;) {
    const { changes, upTo, hasMore } = await rows.inbox.changes(userId, from, pageSize);
    for (const { json } of changes) note(given, JSON.parse(json) as Told);
    if (upTo <= from && hasMore) {
      findings.compare('P', userId, 'a page of changes goes on', `beyond ${from}`, upTo);
      break;
    }
    if (!hasMore) break;
    from = upTo;
  }
  return given;
}

/** Of a `change` of the protocol, what is looked at. */
type Told =
  | { readonly kind: 'message'; readonly message: { readonly conversationId: string; readonly sequence: number } }
  | { readonly kind: 'notice'; readonly notice: { readonly conversationId: string; readonly position: string } }
  | { readonly kind: 'joined'; readonly entry: { readonly conversation: { readonly id: string } } }
  | { readonly kind: 'departed'; readonly position: string; readonly departed: { readonly conversationId: string } }
  | { readonly kind: 'conversation' | 'member' | 'receipts' | 'readState' | 'settings' | 'person' };

function note(given: Given, told: Told): void {
  if (told.kind === 'message') given.messages.add(`${told.message.conversationId} ${told.message.sequence}`);
  else if (told.kind === 'notice') given.notices.add(`${told.notice.conversationId} ${told.notice.position}`);
  else if (told.kind === 'joined') given.joined.add(told.entry.conversation.id);
  else if (told.kind === 'departed') given.departed.add(`${told.departed.conversationId} ${told.position}`);
}
