import type { ClusterNode } from '@parley/ports';

/** What the directory says of a node: `beat` changes with every renewal. */
export interface NodeEntry {
  readonly node: ClusterNode;
  readonly beat: string;
}

interface Known extends NodeEntry {
  /** For how long it was not renewed although the directory could be read, ms. */
  silentMs: number;
}

/**
 * The nodes as one process knows them. Pure. A node is forgotten when it was not renewed for a while in which the
 * directory was readable: neither an unreachable directory nor an emptied one makes anybody forget who is there.
 */
export class KnownNodes {
  readonly #known = new Map<string, Known>();
  #byKind = new Map<ClusterNode['kind'], readonly ClusterNode[]>();

  constructor(
    private readonly forgetAfterMs: number,
    /** Longer pauses between two readings count as this long, ms. */
    private readonly readEveryMs: number,
  ) {}

  /** Of a kind, by id. */
  nodes(kind: ClusterNode['kind']): readonly ClusterNode[] {
    return this.#byKind.get(kind) ?? [];
  }

  /** All that is in the directory, `elapsedMs` after the reading before. true: the nodes are others now. */
  read(entries: readonly NodeEntry[], elapsedMs: number): boolean {
    let changed = false;
    const renewed = new Set<string>();
    for (const entry of entries) {
      const before = this.#known.get(entry.node.id);
      if (before !== undefined && before.beat === entry.beat) continue;
      renewed.add(entry.node.id);
      this.#known.set(entry.node.id, { ...entry, silentMs: 0 });
      changed ||= before === undefined || !same(before.node, entry.node);
    }
    for (const [id, known] of this.#known) {
      if (renewed.has(id)) continue;
      known.silentMs += Math.min(elapsedMs, this.readEveryMs);
      if (known.silentMs < this.forgetAfterMs) continue;
      this.#known.delete(id);
      changed = true;
    }
    return this.#changed(changed);
  }

  /** It said that it goes. */
  remove(id: string): boolean {
    return this.#changed(this.#known.delete(id));
  }

  #changed(changed: boolean): boolean {
    if (!changed) return false;
    const all = [...this.#known.values()].map(({ node }) => node).sort((a, b) => (a.id < b.id ? -1 : 1));
    this.#byKind = Map.groupBy(all, ({ kind }) => kind);
    return true;
  }
}

const same = (a: ClusterNode, b: ClusterNode): boolean => a.kind === b.kind && a.address === b.address;
