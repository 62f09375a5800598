import { describe, expect, it } from 'vitest';
import { holdsAllOnEveryNode, type Replication } from './replication.js';

const simple = (factor: string): Replication => ({
  strategy: 'org.apache.cassandra.locator.SimpleStrategy',
  strategyOptions: { replication_factor: factor },
});
const topology = (factors: Record<string, string>): Replication => ({
  strategy: 'NetworkTopologyStrategy',
  strategyOptions: factors,
});

describe('whether every node has every row', () => {
  it.each([
    ['one node', simple('1'), 1, true],
    ['three replicas on three nodes', topology({ dc1: '3', dc2: '1' }), 3, true],
    ['more replicas than nodes', simple('3'), 1, true],
    ['three replicas on four nodes', topology({ dc1: '3' }), 4, false],
    ['replicas elsewhere only', topology({ dc2: '3' }), 3, false],
    ['transient replicas', topology({ dc1: '3/1' }), 3, false],
    ['nothing that is known', { strategy: '', strategyOptions: {} }, 1, false],
    ['no node yet', simple('1'), 0, false],
  ] as const)('%s', (_, replication, nodes, expected) => {
    expect(holdsAllOnEveryNode(replication, 'dc1', nodes)).toBe(expected);
  });
});
