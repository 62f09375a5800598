import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  closeSequenceWindow,
  closeWindow,
  isMember,
  lastVisible,
  type MembershipWindow,
  openSequenceWindow,
  openWindow,
  sees,
  seesChange,
  seesPosition,
  sequenceWindowsOf,
  type SequenceWindow,
  visibleRanges,
} from './membership.js';
import { readWatermarkOf, unreadCount } from './unread.js';

type Step = 'join' | 'leave' | 'message' | 'change';
const steps = fc.array(fc.constantFrom<Step>('join', 'leave', 'message', 'message', 'change'), { maxLength: 40 });

/** What one person may see after the steps, by the windows and by plainly writing everything down. */
function follow(list: readonly Step[]) {
  let windows: readonly MembershipWindow[] = [];
  let sequenceWindows: readonly SequenceWindow[] = [];
  let lastSequence = 0;
  let here = false;
  const messages: number[] = [];
  const positions: number[] = [];
  list.forEach((step, i) => {
    const position = 10 * (i + 1); // positions have gaps
    const before = here;
    if (step === 'join') {
      windows = openWindow(windows, lastSequence, position);
      sequenceWindows = openSequenceWindow(sequenceWindows, lastSequence);
      here = true;
    } else if (step === 'leave') {
      windows = closeWindow(windows, lastSequence, position);
      sequenceWindows = closeSequenceWindow(sequenceWindows, lastSequence);
      here = false;
    } else if (step === 'message') {
      lastSequence++;
      if (here) messages.push(lastSequence);
    }
    if (here || before) positions.push(position);
  });
  return { windows, sequenceWindows, lastSequence, here, messages, positions };
}

const upTo = (last: number): number[] => Array.from({ length: last + 2 }, (_, i) => i);

describe('membership windows', () => {
  it('show what was said and done while one was there, and nothing else', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const { windows, sequenceWindows, lastSequence, here, messages, positions } = follow(list);
        expect(isMember(windows)).toBe(here);
        expect(isMember(sequenceWindows)).toBe(here);
        // One past the end: a member will see the next message.
        const visible = here ? [...messages, lastSequence + 1] : messages;
        expect(upTo(lastSequence).filter((sequence) => sees(windows, sequence))).toEqual(visible);
        expect(upTo(lastSequence).filter((sequence) => sees(sequenceWindows, sequence))).toEqual(visible);
        const kept = sequenceWindowsOf(windows);
        expect(upTo(lastSequence).filter((sequence) => sees(kept, sequence))).toEqual(visible);
        expect(kept).toEqual(sequenceWindows);
        const all = list.map((_, i) => 10 * (i + 1));
        expect(all.filter((position) => seesPosition(windows, position))).toEqual(positions);
        expect(lastVisible(windows, lastSequence)).toBe(messages.at(-1) ?? 0);
      }),
      { numRuns: 300 },
    );
  });

  it('give the visible ranges of any page', () => {
    fc.assert(
      fc.property(steps, fc.nat(20), fc.nat(20), (list, from, to) => {
        const { windows, messages, lastSequence } = follow(list);
        const range = { from, to: Math.min(to, lastSequence) };
        const shown = visibleRanges(windows, range).flatMap((part) =>
          upTo(part.to).filter((s) => s >= part.from && s <= part.to),
        );
        expect(shown).toEqual(messages.filter((sequence) => sequence >= range.from && sequence <= range.to));
      }),
    );
  });

  it('merge where nothing was said', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const { sequenceWindows } = follow(list);
        for (const [i, { afterSequence, untilSequence }] of sequenceWindows.entries()) {
          expect(untilSequence ?? Infinity).toBeGreaterThan(afterSequence);
          expect(afterSequence).toBeGreaterThan(sequenceWindows[i - 1]?.untilSequence ?? -1);
        }
      }),
    );
  });

  it('hide a change made while one was away to a message one saw', () => {
    const windows = openWindow(closeWindow(openWindow([], 0, 5), 3, 50), 4, 70);
    expect(seesChange(windows, 2, 40)).toBe(true);
    expect(seesChange(windows, 2, 60)).toBe(false);
    expect(seesChange(windows, 2, 80)).toBe(true);
    expect(seesChange(windows, 4, 80)).toBe(false);
  });
});

describe('unread', () => {
  it('counts what is visible above the watermark', () => {
    fc.assert(
      fc.property(steps, fc.nat(20), (list, watermark) => {
        const { windows, messages, lastSequence } = follow(list);
        const unread = messages.filter((sequence) => sequence > watermark).length;
        expect(unreadCount(windows, watermark, lastSequence)).toBe(unread);
      }),
    );
  });
  it('takes one’s own last message as read', () => {
    expect(readWatermarkOf([3, 7, 5], 6)).toBe(7);
    expect(readWatermarkOf([3], 6)).toBe(6);
    expect(readWatermarkOf([], 0)).toBe(0);
  });
});
