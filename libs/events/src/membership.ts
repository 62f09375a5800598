/**
 * When somebody was a member: what they may see, on every surface. A person who left and came back has several windows;
 * they are in order and do not overlap, and only the last one may be open. Somebody with windows, none of them open, is
 * a former member: they keep what they saw and get nothing new.
 */
export interface SequenceWindow {
  /** Sequence of the last message before the window: the first one inside is `afterSequence + 1`. */
  readonly afterSequence: number;
  /** Sequence of the last message inside; null while the person is a member. */
  readonly untilSequence: number | null;
}

/**
 * The same window in both measures. Messages are judged by their sequence; changes of them (an edit, a reaction, a new
 * title) by the position of the event as well, because they may come long after the message.
 */
export interface MembershipWindow extends SequenceWindow {
  /** Position of the event that opened the window. That event itself is inside: one sees oneself join. */
  readonly afterPosition: number;
  /** Position of the event that closed it, which is inside too: one sees oneself removed. Null while open. */
  readonly untilPosition: number | null;
}

/** A member now. */
export const isMember = (windows: readonly SequenceWindow[]): boolean => windows.at(-1)?.untilSequence === null;

/** May see the message with this sequence. */
export function sees(windows: readonly SequenceWindow[], sequence: number): boolean {
  // From the newest: nearly every question is about a recent message.
  for (let i = windows.length - 1; i >= 0; i--) {
    const window = windows[i];
    if (window === undefined || sequence <= window.afterSequence) continue;
    return window.untilSequence === null || sequence <= window.untilSequence;
  }
  return false;
}

/** May see an event of the conversation itself, such as a new title or member, by its position in the log. */
export function seesPosition(windows: readonly MembershipWindow[], position: number): boolean {
  for (let i = windows.length - 1; i >= 0; i--) {
    const window = windows[i];
    if (window === undefined || position < window.afterPosition) continue;
    return window.untilPosition === null || position <= window.untilPosition;
  }
  return false;
}

/** May see a change made at `position` to the message with this sequence: the message, and the moment of the change. */
export const seesChange = (windows: readonly MembershipWindow[], sequence: number, position: number): boolean =>
  sees(windows, sequence) && seesPosition(windows, position);

/** Of nearly everybody: one value for all of them. */
const fromTheBeginning: readonly SequenceWindow[] = [{ afterSequence: 0, untilSequence: null }];

/**
 * What must be kept of windows to judge messages: for those who keep it for many people. Windows without a message are
 * left out, and those without a message between them are one.
 */
export function sequenceWindowsOf(windows: readonly SequenceWindow[]): readonly SequenceWindow[] {
  const kept: SequenceWindow[] = [];
  for (const { afterSequence, untilSequence } of windows) {
    if (untilSequence === afterSequence) continue;
    const last = kept.at(-1);
    if (last?.untilSequence !== afterSequence) kept.push({ afterSequence, untilSequence });
    else kept[kept.length - 1] = { afterSequence: last.afterSequence, untilSequence };
  }
  const [first] = kept;
  return first?.afterSequence === 0 && first.untilSequence === null ? fromTheBeginning : kept;
}

/** A range of sequences, both ends inside. */
export interface SequenceRange {
  readonly from: number;
  readonly to: number;
}

/** The visible parts of `range`, in rising order: what a page of history may contain. */
export function visibleRanges(windows: readonly SequenceWindow[], range: SequenceRange): SequenceRange[] {
  const parts: SequenceRange[] = [];
  for (const window of windows) {
    const from = Math.max(range.from, window.afterSequence + 1);
    const to = Math.min(range.to, window.untilSequence ?? range.to);
    if (from <= to) parts.push({ from, to });
  }
  return parts;
}

/** The newest sequence this person may see, 0 for none. `lastSequence`: the conversation's. */
export function lastVisible(windows: readonly SequenceWindow[], lastSequence: number): number {
  return visibleRanges(windows, { from: 1, to: lastSequence }).at(-1)?.to ?? 0;
}

/** Joined (started, added, joined). Opening an open window changes nothing. */
export function openWindow(
  windows: readonly MembershipWindow[],
  afterSequence: number,
  afterPosition: number,
): readonly MembershipWindow[] {
  if (isMember(windows)) return windows;
  return [...windows, { afterSequence, untilSequence: null, afterPosition, untilPosition: null }];
}

/** Left or removed. Closing when none is open changes nothing. */
export function closeWindow(
  windows: readonly MembershipWindow[],
  untilSequence: number,
  untilPosition: number,
): readonly MembershipWindow[] {
  const last = windows.at(-1);
  if (last === undefined || last.untilSequence !== null) return windows;
  return [...windows.slice(0, -1), { ...last, untilSequence, untilPosition }];
}

/**
 * Like openWindow where only sequences count. A window that ended where this one begins is reopened: not a message was
 * said in between, so nothing is shown or hidden by it, and somebody who comes and goes in silence costs one window.
 */
export function openSequenceWindow(
  windows: readonly SequenceWindow[],
  afterSequence: number,
): readonly SequenceWindow[] {
  const last = windows.at(-1);
  if (last === undefined) return [{ afterSequence, untilSequence: null }];
  if (last.untilSequence === null) return windows;
  if (last.untilSequence !== afterSequence) return [...windows, { afterSequence, untilSequence: null }];
  return [...windows.slice(0, -1), { afterSequence: last.afterSequence, untilSequence: null }];
}

/** Like closeWindow where only sequences count. A window without a message leaves no trace. */
export function closeSequenceWindow(
  windows: readonly SequenceWindow[],
  untilSequence: number,
): readonly SequenceWindow[] {
  const last = windows.at(-1);
  if (last === undefined || last.untilSequence !== null) return windows;
  if (last.afterSequence === untilSequence) return windows.slice(0, -1);
  return [...windows.slice(0, -1), { afterSequence: last.afterSequence, untilSequence }];
}
