import { closeWindow, isMember, type MembershipWindow, openWindow } from '@parley/events';
import type { MembershipOperation } from '@parley/ports';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  countStep,
  endOf,
  type Member,
  type MemberCount,
  noMembers,
  stepMember,
  windowsOf,
} from './membership-fold.js';

const operationsOf = (kinds: readonly number[]): readonly MembershipOperation[] =>
  kinds.map((kind, index) => {
    const at = { position: index * 3 + 5, conversationId: 'cnv_1', userId: 'usr_1' };
    if (kind === 0) return { type: 'open', ...at, role: 'member', afterSequence: index };
    if (kind === 1) return { type: 'set-role', ...at, role: 'admin' };
    return { type: 'close', ...at, state: kind === 2 ? 'left' : 'removed', untilSequence: index };
  });

function fold(
  operations: readonly MembershipOperation[],
  member?: Member,
  count: MemberCount = noMembers,
): { member: Member | undefined; count: MemberCount } {
  let state = { member, count };
  for (const operation of operations) {
    const step = stepMember(state.member, operation, false, () => 0);
    state = { member: step.member, count: countStep(state.count, step, operation.position) };
  }
  return state;
}

describe('a member', () => {
  const kinds = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 12 });

  it('has the windows that a plain fold gives', () => {
    fc.assert(
      fc.property(kinds, (list) => {
        const operations = operationsOf(list);
        let windows: readonly MembershipWindow[] = [];
        for (const operation of operations) {
          if (operation.type === 'open') windows = openWindow(windows, operation.afterSequence, operation.position);
          if (operation.type === 'close') windows = closeWindow(windows, operation.untilSequence, operation.position);
        }
        const { member, count } = fold(operations);
        expect(member === undefined ? [] : windowsOf(member)).toEqual(windows);
        expect((member?.role ?? null) !== null).toBe(isMember(windows));
        expect(count.members).toBe(isMember(windows) ? 1 : 0);
        expect(count.listed).toBe(windows.length > 0 ? 1 : 0);
      }),
    );
  });

  it('counts the same when the row is ahead, from an attempt that was cut short', () => {
    fc.assert(
      fc.property(kinds, fc.nat(12), fc.nat(12), (list, begun, ahead) => {
        const operations = operationsOf(list);
        const before = fold(operations.slice(0, begun));
        const later = fold(operations.slice(0, begun + ahead));
        // The member's row was written, the count was not.
        const again = fold(operations.slice(begun), later.member, before.count);
        const once = fold(operations);
        expect(again).toEqual(once);
      }),
    );
  });

  it('knows how each of their windows ended', () => {
    const { member } = fold(operationsOf([0, 3, 0, 2]));
    expect([endOf(member!, 8), endOf(member!, 14)]).toEqual(['removed', 'left']);
  });
});

const step = (more: -1 | 1) => ({ member: undefined, more, first: more === 1, effective: true }) as const;

it('is one of a large conversation for ever, once there were too many', () => {
  let count = noMembers;
  for (let i = 0; i < 5_000; i++) count = countStep(count, step(1), i);
  expect(count.large).toBe(false);
  count = countStep(countStep(count, step(1), 5_000), step(-1), 5_001);
  expect(count).toEqual({
    position: 5_001,
    members: 5_000,
    listed: 5_001,
    counted: 5_001,
    changed: 5_001,
    large: true,
  });
});
