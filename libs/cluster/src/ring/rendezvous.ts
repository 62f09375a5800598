import type { ClusterNode } from '@parley/ports';

/**
 * The nodes in the order in which they are asked to do what belongs to a key: the first owns it, the next one takes over.
 * Every process with the same list finds the same order, and a node that comes or goes moves only its own share of the
 * keys (highest random weight: Thaler and Ravishankar, 1998).
 */
export function inOrderFor(key: string, nodes: readonly ClusterNode[]): readonly ClusterNode[] {
  if (nodes.length < 2) return nodes;
  return nodes
    .map((node) => ({ node, weight: weightOf(key, node.id) }))
    .toSorted((a, b) => b.weight - a.weight || (a.node.id < b.node.id ? -1 : 1))
    .map(({ node }) => node);
}

/** 32 bits, well mixed: FNV-1a over both, then the finalizer of MurmurHash3. */
function weightOf(key: string, nodeId: string): number {
  let hash = fnv(fnv(0x811c9dc5, key), nodeId);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function fnv(seed: number, text: string): number {
  let hash = seed;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}
