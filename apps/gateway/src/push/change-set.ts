import { SharedFrame } from '../socket/outbox.js';

/**
 * The changes of one batch that a socket gets, as a path in a tree: sockets that get the same changes stand at the same
 * node, and what they get is joined and encoded once for all of them.
 */
export class ChangeSet {
  #lastChild: ChangeSet | null = null;
  #children: Map<string, ChangeSet> | null = null;
  #frame: SharedFrame | null = null;

  private constructor(
    private readonly parent: ChangeSet | null,
    private readonly change: string,
  ) {}

  static empty(): ChangeSet {
    return new ChangeSet(null, '');
  }

  /** These changes and then one more, a `Change` as JSON. The same text gives the same node. */
  with(change: string): ChangeSet {
    // Nearly always the delivery that the socket before was given as well: the same string object.
    if (this.#lastChild?.change === change) return this.#lastChild;
    let child = this.#children?.get(change);
    if (child === undefined) {
      child = new ChangeSet(this, change);
      // A second child makes the map; the first one is in it too.
      if (this.#lastChild !== null)
        (this.#children ??= new Map([[this.#lastChild.change, this.#lastChild]])).set(change, child);
    }
    this.#lastChild = child;
    return child;
  }

  /** One `changes` frame, live. Made once, for the first cursor: all sockets of a batch share it. */
  frame(cursor: string): SharedFrame {
    return (this.#frame ??= new SharedFrame(changesFrame(ChangeSet.pathTo(this), cursor, true)));
  }

  private static pathTo(last: ChangeSet): string[] {
    const changes: string[] = [];
    for (let node = last; node.parent !== null; node = node.parent) changes.push(node.change);
    return changes.toReversed();
  }
}

/** `changes`: each a Change as JSON. */
export const changesFrame = (changes: readonly string[], cursor: string, live: boolean): string =>
  `{"type":"changes","changes":[${changes.join(',')}],"cursor":"${cursor}","live":${String(live)}}`;
