import type { Leases } from '@parley/ports';
import { setTimeout as pause } from 'node:timers/promises';

const askEveryMs = 30;
/** Until a lease of somebody who is gone expires. */
const ttlMs = 1_500;

/** Leases that processes of one test share, as Redis gives them. */
export class SharedLeases {
  readonly #holders = new Map<string, { readonly holder: object; readonly until: number }>();

  forProcess(): { readonly leases: Leases; holds(prefix: string): boolean; crash(): void } {
    const holder = {};
    const crashed = new AbortController();
    return {
      leases: { hold: (name, work) => this.#hold(name, work, holder, crashed.signal) },
      holds: (prefix) =>
        [...this.#holders].some(([name, held]) => name.startsWith(prefix) && held.holder === holder && !isOver(held)),
      crash: () => crashed.abort(),
    };
  }

  #hold(
    name: string,
    work: (signal: AbortSignal) => Promise<void>,
    holder: object,
    crashed: AbortSignal,
  ): { close(): Promise<void> } {
    const closing = new AbortController();
    const signal = AbortSignal.any([closing.signal, crashed]);
    const run = async (): Promise<void> => {
      let working: Promise<void> | null = null;
      while (!signal.aborted) {
        if (this.#take(name, holder)) working ??= work(signal).then(() => void (working = null));
        await pause(askEveryMs, undefined, { signal }).catch(() => undefined);
      }
      await working;
      if (!crashed.aborted && this.#holders.get(name)?.holder === holder) this.#holders.delete(name);
    };
    const done = run();
    return {
      async close() {
        closing.abort();
        await done;
      },
    };
  }

  #take(name: string, holder: object): boolean {
    const held = this.#holders.get(name);
    if (held !== undefined && held.holder !== holder && !isOver(held)) return false;
    this.#holders.set(name, { holder, until: performance.now() + ttlMs });
    return true;
  }
}

const isOver = ({ until }: { readonly until: number }): boolean => performance.now() > until;
