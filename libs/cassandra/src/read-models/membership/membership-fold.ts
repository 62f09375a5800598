import type { MembershipWindow } from '@parley/events';
import type { MembershipOperation } from '@parley/ports';
import { largeConversation } from '../layout.js';

export type Role = 'owner' | 'admin' | 'member';

/** A window that ended, and how. */
export interface EarlierWindow {
  readonly afterSequence: number;
  readonly untilSequence: number;
  readonly afterPosition: number;
  readonly untilPosition: number;
  readonly state: 'left' | 'removed';
}

/** Somebody who is, or ever was, in a conversation: with all their windows. */
export interface Member {
  readonly conversationId: string;
  readonly userId: string;
  /** null: no longer a member. */
  readonly role: Role | null;
  readonly state: 'member' | 'left' | 'removed';
  /** The position at which the member view came to be. */
  readonly changed: number;
  /** Of the last window. */
  readonly afterSequence: number;
  readonly afterPosition: number;
  readonly untilSequence: number | null;
  readonly untilPosition: number | null;
  readonly earlier: readonly EarlierWindow[];
  /** Of the row by conversation. */
  readonly bucket: number;
}

/** In order. */
export const windowsOf = (member: Member): readonly MembershipWindow[] => [
  ...member.earlier.map(windowOf),
  windowOf(member),
];

const windowOf = ({
  afterSequence,
  untilSequence,
  afterPosition,
  untilPosition,
}: MembershipWindow): MembershipWindow => ({ afterSequence, untilSequence, afterPosition, untilPosition });

/** How the window that ended at this position ended. */
export const endOf = (member: Member, untilPosition: number): 'left' | 'removed' =>
  member.earlier.find((window) => window.untilPosition === untilPosition)?.state ??
  (member.state === 'removed' ? 'removed' : 'left');

/** What is known of a conversation's members; the last of its rows to be written. */
export interface MemberCount {
  /** Of the last event: everything up to it is in the rows. */
  readonly position: number;
  readonly members: number;
  /** Everybody who ever was a member. */
  readonly listed: number;
  /** When their number, and when anything of them changed last. */
  readonly counted: number;
  readonly changed: number;
  /** Once so, for ever: activity is no longer noted for each member. */
  readonly large: boolean;
}

export const noMembers: MemberCount = { position: -1, members: 0, listed: 0, counted: 0, changed: 0, large: false };

/** What one operation does: to the member, and to the number of members. */
export interface MemberStep {
  readonly member: Member | undefined;
  readonly more: -1 | 0 | 1;
  /** Somebody who never was in the conversation before. */
  readonly first: boolean;
  /** Something changed, if only as an earlier attempt already wrote it down. */
  readonly effective: boolean;
}

/**
 * Takes one operation. A member who is ahead of it already has it in them, from an attempt that was cut short: then what
 * it did is told from their windows. `late`: it is of a parked event, whose position tells nothing of that.
 */
export function stepMember(
  member: Member | undefined,
  operation: MembershipOperation,
  late: boolean,
  bucket: () => number,
): MemberStep {
  if (member !== undefined && !late && member.changed >= operation.position) return stepTaken(member, operation);
  switch (operation.type) {
    case 'open':
      return open(member, operation, bucket);
    case 'close': {
      const { state, untilSequence, position } = operation;
      if (member === undefined || member.role === null) return unchanged(member);
      const closed = { role: null, state, changed: position, untilSequence, untilPosition: position };
      return { member: { ...member, ...closed }, more: -1, first: false, effective: true };
    }
    case 'set-role': {
      const present = member !== undefined && member.role !== null;
      const after = present ? { ...member, role: operation.role, changed: operation.position } : member;
      return { member: after, more: 0, first: false, effective: true };
    }
    default:
      throw new TypeError(`no rule for ${JSON.stringify(operation satisfies never)}`);
  }
}

const unchanged = (member: Member | undefined): MemberStep => ({ member, more: 0, first: false, effective: false });

function open(
  member: Member | undefined,
  operation: Extract<MembershipOperation, { type: 'open' }>,
  bucket: () => number,
): MemberStep {
  const { conversationId, userId, role, afterSequence, position } = operation;
  if (member !== undefined && member.role !== null) return unchanged(member);
  const window = { afterSequence, afterPosition: position, untilSequence: null, untilPosition: null };
  const opened = { role, state: 'member', changed: position, ...window } as const;
  if (member === undefined) {
    const added = { conversationId, userId, ...opened, earlier: [], bucket: bucket() };
    return { member: added, more: 1, first: true, effective: true };
  }
  const ended: EarlierWindow = {
    afterSequence: member.afterSequence,
    untilSequence: member.untilSequence ?? afterSequence,
    afterPosition: member.afterPosition,
    untilPosition: member.untilPosition ?? position,
    state: member.state === 'removed' ? 'removed' : 'left',
  };
  const reopened = { ...member, ...opened, earlier: [...member.earlier, ended] };
  return { member: reopened, more: 1, first: false, effective: true };
}

/** What an operation did that is in the member already. */
function stepTaken(member: Member, { type, position }: MembershipOperation): MemberStep {
  const windows = windowsOf(member);
  switch (type) {
    case 'open': {
      const effective = windows.some(({ afterPosition }) => afterPosition === position);
      const first = windows[0]?.afterPosition === position;
      return { member, more: effective ? 1 : 0, first, effective };
    }
    case 'close': {
      const effective = windows.some(({ untilPosition }) => untilPosition === position);
      return { member, more: effective ? -1 : 0, first: false, effective };
    }
    case 'set-role':
      return { member, more: 0, first: false, effective: true };
    default:
      throw new TypeError(`no rule for ${JSON.stringify(type satisfies never)}`);
  }
}

/** The count after a step at this position. */
export function countStep(count: MemberCount, { more, first, effective }: MemberStep, position: number): MemberCount {
  const members = count.members + more;
  return {
    position: Math.max(count.position, position),
    members,
    listed: count.listed + (first ? 1 : 0),
    counted: more === 0 ? count.counted : Math.max(count.counted, position),
    changed: effective ? Math.max(count.changed, position) : count.changed,
    large: count.large || members > largeConversation,
  };
}
