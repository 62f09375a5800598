import type { Environment } from '../environment.js';
import type { KeyValueStore } from '../storage/key-value-store.js';
import type { Outgoing, OutgoingMessage } from './outgoing.js';

export interface OutboxRow {
  readonly key: string;
  /** Rises with the order of writing, over restarts too. */
  readonly order: number;
  readonly message: OutgoingMessage;
}

const prefix = 'outbox/';
/** Wide enough for milliseconds since 1970 and as many more messages. */
const digits = 16;

/** The outbox on disk: a row each, under a key that sorts by the order of writing. */
export class OutboxStore {
  readonly #store: KeyValueStore;
  readonly #environment: Environment;
  readonly #onError: (error: unknown) => void;
  #lastOrder = 0;
  #writes: Promise<void> = Promise.resolve();

  constructor(store: KeyValueStore, environment: Environment, onError: (error: unknown) => void) {
    this.#store = store;
    this.#environment = environment;
    this.#onError = onError;
  }

  /** In the order of writing. */
  async load(): Promise<OutboxRow[]> {
    const rows: OutboxRow[] = [];
    for (const [key, json] of await this.#store.entries(prefix)) {
      const order = Number(key.slice(prefix.length, prefix.length + digits));
      rows.push({ key, order, message: JSON.parse(json) as OutgoingMessage });
      this.#lastOrder = Math.max(this.#lastOrder, order);
    }
    return rows;
  }

  add(outgoing: Outgoing): OutboxRow {
    const now = this.#environment.now();
    this.#lastOrder = Math.max(this.#lastOrder + 1, now);
    const key = `${prefix}${String(this.#lastOrder).padStart(digits, '0')}-${outgoing.clientMessageId}`;
    const message: OutgoingMessage = { ...outgoing, queuedAt: now, status: 'pending' };
    this.#write(() => this.#store.set(key, JSON.stringify(message)));
    return { key, order: this.#lastOrder, message };
  }

  fail(row: OutboxRow, error: { code: string; message: string }): OutboxRow {
    const message: OutgoingMessage = { ...row.message, status: 'failed', error };
    this.#write(() => this.#store.set(row.key, JSON.stringify(message)));
    return { ...row, message };
  }

  remove(row: OutboxRow): void {
    this.#write(() => this.#store.delete(row.key));
  }

  /** Everything written so far is kept. */
  flush(): Promise<void> {
    return this.#writes;
  }

  #write(work: () => Promise<void>): void {
    this.#writes = this.#writes.then(work).catch(this.#onError);
  }
}
