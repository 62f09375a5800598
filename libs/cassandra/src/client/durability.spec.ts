import { describe, expect, it } from 'vitest';
import { losesAcknowledged } from './durability.js';

const inDc1 = (replicas: string) => ({ strategy: 'NetworkTopologyStrategy', strategyOptions: { dc1: replicas } });

describe('whether a node that dies may take acknowledged rows with it', () => {
  it.each([
    ['one replica, written later', inDc1('1'), 'periodic', true],
    ['one replica, written first', inDc1('1'), 'batch', false],
    ['one replica, written in groups first', inDc1('1'), 'group', false],
    ['three replicas, written later', inDc1('3'), 'periodic', false],
    ['replicas in another data centre only', { ...inDc1('1'), strategyOptions: { dc2: '1' } }, 'periodic', false],
  ])('%s', (_, replication, commitLogSync, expected) => {
    expect(losesAcknowledged(replication, 'dc1', commitLogSync)).toBe(expected);
  });
});
