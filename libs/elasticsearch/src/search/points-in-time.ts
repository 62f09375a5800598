import type { Client } from '@elastic/elasticsearch';
import { asked } from '../engine/failure.js';
import { keepAlive, routingTo } from './scan.js';

/** Kept open at once by this process: each holds on to files that the engine would have merged away. */
const maxOpen = 128;
const keptForMs = 60_000;

/**
 * What the first page of a search by relevance saw, kept for its later pages: the set that is ranked stays the same
 * while messages are edited and partitions catch up. A help only: whoever finds none here (another process, a minute
 * later, too many of them) ranks what is there now, up to the same position.
 */
export class PointsInTime {
  /** By search, oldest first. */
  readonly #kept = new Map<string, { readonly id: string; readonly until: number }>();

  constructor(
    private readonly client: Client,
    private readonly requestTimeout: number,
  ) {}

  /** null: the engine gives none, and the search goes without. */
  async open(index: string, conversationIds: readonly string[]): Promise<string | null> {
    const request = { index, keep_alive: keepAlive, ...routingTo(conversationIds) };
    try {
      const { id } = await asked('point in time', this.client.openPointInTime(request, this.#deadline()));
      return id;
    } catch {
      return null;
    }
  }

  keep(search: string, id: string): void {
    this.#forget(search, id);
    this.#kept.set(search, { id, until: performance.now() + keptForMs });
    for (const [oldest, { until }] of this.#kept) {
      if (this.#kept.size <= maxOpen && until > performance.now()) break;
      this.#forget(oldest, null);
    }
  }

  recall(search: string): string | null {
    const kept = this.#kept.get(search);
    return kept === undefined || kept.until <= performance.now() ? null : kept.id;
  }

  /** It is not needed any more. The engine lets go of it by itself where it is not told. */
  close(id: string): void {
    void this.client.closePointInTime({ id }, this.#deadline()).catch(() => undefined);
  }

  /** Lets go of all of them. */
  async closeAll(): Promise<void> {
    const ids = [...this.#kept.values()].map(({ id }) => id);
    this.#kept.clear();
    await Promise.all(ids.map((id) => this.client.closePointInTime({ id }, this.#deadline()).catch(() => undefined)));
  }

  #deadline(): { readonly requestTimeout: number } {
    return { requestTimeout: this.requestTimeout };
  }

  #forget(search: string, unless: string | null): void {
    const kept = this.#kept.get(search);
    this.#kept.delete(search);
    if (kept !== undefined && kept.id !== unless) this.close(kept.id);
  }
}
