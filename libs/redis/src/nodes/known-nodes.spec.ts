import type { ClusterNode } from '@parley/ports';
import { expect, it } from 'vitest';
import { KnownNodes, type NodeEntry } from './known-nodes.js';

const entry = (
  id: string,
  beat: number,
  address = `http://${id}`,
  kind: ClusterNode['kind'] = 'gateway',
): NodeEntry => ({
  node: { id, kind, address },
  beat: String(beat),
});
const ids = (nodes: KnownNodes, kind: ClusterNode['kind'] = 'gateway'): string =>
  nodes
    .nodes(kind)
    .map(({ id }) => id)
    .join(' ');

it('knows nodes by kind, in the order of their ids', () => {
  const nodes = new KnownNodes(5_000, 1_000);
  expect(nodes.read([entry('b', 1), entry('a', 1), entry('c', 1, 'http://c', 'projector')], 0)).toBe(true);
  expect(ids(nodes)).toBe('a b');
  expect(ids(nodes, 'projector')).toBe('c');
  expect(ids(nodes, 'command-api')).toBe('');
});

it('tells changes only', () => {
  const nodes = new KnownNodes(5_000, 1_000);
  nodes.read([entry('a', 1)], 1_000);
  expect(nodes.read([entry('a', 2)], 1_000)).toBe(false);
  expect(nodes.read([entry('a', 3, 'http://elsewhere')], 1_000)).toBe(true);
  expect(nodes.nodes('gateway')[0]?.address).toBe('http://elsewhere');
  expect(nodes.remove('a')).toBe(true);
  expect(nodes.remove('a')).toBe(false);
  expect(ids(nodes)).toBe('');
});

it('forgets who is not renewed, whether it is still listed or not', () => {
  const nodes = new KnownNodes(5_000, 1_000);
  nodes.read([entry('a', 1), entry('b', 1), entry('c', 1)], 1_000);
  for (let beat = 2; beat < 6; beat++) {
    expect(nodes.read([entry('a', beat), entry('b', 1)], 1_000)).toBe(false);
  }
  expect(ids(nodes)).toBe('a b c');
  expect(nodes.read([entry('a', 6), entry('b', 1)], 1_000)).toBe(true);
  expect(ids(nodes)).toBe('a');
});

it('keeps everybody over a long pause, and over a directory that was emptied for a moment', () => {
  const nodes = new KnownNodes(5_000, 1_000);
  nodes.read([entry('a', 1), entry('b', 1)], 1_000);
  expect(nodes.read([], 3_600_000)).toBe(false);
  expect(nodes.read([entry('b', 2)], 1_000)).toBe(false);
  expect(nodes.read([entry('a', 2), entry('b', 3)], 1_000)).toBe(false);
  expect(ids(nodes)).toBe('a b');
});
