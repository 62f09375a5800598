import type { ClusterNode } from '@parley/ports';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inOrderFor } from './rendezvous.js';

const nodesOf = (...ids: readonly string[]): ClusterNode[] =>
  ids.map((id) => ({ id, kind: 'command-api', address: `http://${id}` }));
const keys = Array.from({ length: 4_000 }, (_, n) => `cnv_${n.toString(16).padStart(8, '0')}`);
const ownerOf = (key: string, nodes: readonly ClusterNode[]): string | undefined => inOrderFor(key, nodes)[0]?.id;

describe('inOrderFor', () => {
  it('is the same for every process, however its list is sorted', () => {
    const ids = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.string(), ids, fc.integer(), (key, some, turn) => {
        const nodes = nodesOf(...some);
        const turned = [...nodes.slice(turn % nodes.length), ...nodes.slice(0, turn % nodes.length)];
        expect(inOrderFor(key, turned)).toEqual(inOrderFor(key, nodes));
        expect(inOrderFor(key, nodes)).toHaveLength(nodes.length);
      }),
    );
  });

  it('shares the keys out evenly', () => {
    const nodes = nodesOf('a', 'b', 'c', 'd');
    const shares = Map.groupBy(keys, (key) => ownerOf(key, nodes));
    for (const { id } of nodes) expect(shares.get(id)?.length).toBeGreaterThan(keys.length * 0.2);
  });

  it('moves only the share of the one that goes, to the next in order', () => {
    const all = nodesOf('a', 'b', 'c');
    const without = nodesOf('a', 'c');
    for (const key of keys) {
      const [first, second] = inOrderFor(key, all);
      expect(ownerOf(key, without)).toBe(first?.id === 'b' ? second?.id : first?.id);
    }
  });

  it('has nobody to name when nobody is there', () => {
    expect(inOrderFor('cnv_1', [])).toEqual([]);
  });
});
