import type { MembershipWindow } from '@parley/events';

/**
 * The newest position up to this one at which somebody with these windows could see the conversation: within a window
 * the position itself, between two the end of the earlier one. Null: before the first, when there was nothing to see.
 */
export function visibleMoment(windows: readonly MembershipWindow[], position: number): number | null {
  const window = windows.findLast(({ afterPosition }) => afterPosition <= position);
  return window === undefined ? null : Math.min(position, window.untilPosition ?? position);
}
