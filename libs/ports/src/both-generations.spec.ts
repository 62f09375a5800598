import { describe, expect, it } from 'vitest';
import { BothGenerations } from './both-generations.js';
import { type ParkedPage, parkedPageOf } from './parked-events.js';
import { OperationsRejected, type ProjectionBatch, type ProjectionStore } from './projection-stores.js';

type Operation = { readonly position: number };

class Store implements ProjectionStore<Operation> {
  saved = 0;
  replaced = false;
  refuses = new Set<number>();
  readonly rows: number[] = [];
  readonly waiting = new Map<number, string>();

  constructor(
    readonly name: string,
    private readonly order: string[],
  ) {}

  async checkpoint() {
    return this.saved;
  }
  async apply({ operations, parked, checkpoint }: ProjectionBatch<Operation>) {
    const refused = operations.filter(({ position }) => this.refuses.has(position));
    if (refused.length > 0) throw new OperationsRejected(new Map(refused.map(({ position }) => [position, 'why'])));
    this.order.push(`${this.name} ${checkpoint}`);
    this.rows.push(...operations.map(({ position }) => position));
    for (const { position, stream, reason } of parked) this.waiting.set(position, `${stream} ${reason}`);
    this.saved = checkpoint;
  }
  async applyParked(position: number) {
    if (this.refuses.has(position)) throw new OperationsRejected(new Map([[position, 'why']]));
    this.waiting.delete(position);
    this.rows.push(position);
  }
  async parked(page?: ParkedPage) {
    const all = [...this.waiting.keys()];
    return parkedPageOf(
      all.map((position) => ({ position, stream: 's', type: 't', reason: 'r', parkedAt: 0 })),
      page,
    );
  }
  async close() {
    this.order.push(`${this.name} closed`);
  }
}

const batch = (checkpoint: number, ...positions: number[]): ProjectionBatch<Operation> => ({
  operations: positions.map((position) => ({ position })),
  parked: [],
  checkpoint,
});

const open = () => {
  const order: string[] = [];
  const [newer, older] = [new Store('newer', order), new Store('older', order)];
  const both = new BothGenerations(newer, older, async (position) => ({ stream: `s-${position}`, type: 'x' }));
  return { order, newer, older, both };
};

describe('two generations written together', () => {
  it('begin where the one behind is, and never have the old one ahead', async () => {
    const { order, newer, older, both } = open();
    older.saved = 7;
    expect(await both.checkpoint()).toBe(0);
    await both.apply(batch(9, 1, 8));
    expect(order).toEqual(['newer 9', 'older 9']);
    expect([newer.rows, older.rows]).toEqual([
      [1, 8],
      [1, 8],
    ]);
  });

  it('park apart what one of them refuses, with what the log says of it', async () => {
    const { newer, older, both } = open();
    newer.refuses.add(2);
    await both.apply(batch(3, 1, 2, 3));
    expect([newer.rows, older.rows]).toEqual([
      [1, 3],
      [1, 2, 3],
    ]);
    expect([...newer.waiting]).toEqual([[2, 's-2 why']]);
    expect(older.waiting.size).toBe(0);
    expect((await both.parked()).map(({ position }) => position)).toEqual([2]);
    await expect(both.applyParked(2, [])).rejects.toThrow(OperationsRejected);
    newer.refuses.clear();
    await both.applyParked(2, []);
    expect(await both.parked()).toEqual([]);
    expect(older.rows).toEqual([1, 2, 3]);
  });

  it('are replaced when one of them is, and closed both', async () => {
    const { older, both, order } = open();
    expect(both.replaced).toBe(false);
    older.replaced = true;
    expect(both.replaced).toBe(true);
    await both.close();
    expect(order).toEqual(['newer closed', 'older closed']);
  });
});
