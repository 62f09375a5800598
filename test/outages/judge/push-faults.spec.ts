import { describe, expect, it } from 'vitest';
import { pushFaults } from './push-faults.js';

const shown = (sequence: number, at: number, ...times: readonly number[]) => ({ sequence, at, times });

describe('pushes of a cell', () => {
  it('are right where each device has shown each message once', () => {
    expect(pushFaults([shown(1, 10, 1, 1), shown(2, 20, 1, 1)], 0, 100)).toEqual([]);
  });

  it('are wrong where one device has not shown a message, even when the other has shown it twice', () => {
    const faults = pushFaults([shown(1, 10, 0, 1), shown(2, 20, 0, 2), shown(3, 30, 2, 1)], 0, 100);
    expect(faults).toEqual([
      'live push: message 1 was shown 0 and 1 times by the devices',
      'live push: message 2 was shown 0 and 2 times by the devices',
      'live push: message 3 was shown 2 and 1 times by the devices',
    ]);
  });

  it('may be on their way where they were accepted a moment ago, and belong to the cell in which they were accepted', () => {
    expect(pushFaults([shown(1, 10, 0, 1), shown(2, 120, 0, 1)], 50, 100)).toEqual([]);
    expect(pushFaults([shown(3, 120, 2, 1)], 50, 100)).toHaveLength(1);
  });
});
