/**
 * Where a client keeps what must outlive it: its outbox, its state, its tokens. One device, one store. Values are JSON
 * texts, keys are printable. A resolved `set` or `delete` is kept over a restart; calls are carried out in order.
 */
export interface KeyValueStore {
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string): Promise<void>;
  delete(key: string): Promise<void>;
  /** Every key with this prefix, in rising order, with its value. */
  entries(prefix: string): Promise<readonly (readonly [key: string, value: string])[]>;
}

export const inKeyOrder = (a: readonly [string, string], b: readonly [string, string]): number => {
  if (a[0] === b[0]) return 0;
  return a[0] < b[0] ? -1 : 1;
};

/** Kept as long as the process. */
export function memoryStore(): KeyValueStore {
  const values = new Map<string, string>();
  return {
    get: (key) => Promise.resolve(values.get(key)),
    set(key, value) {
      values.set(key, value);
      return Promise.resolve();
    },
    delete(key) {
      values.delete(key);
      return Promise.resolve();
    },
    entries: (prefix) => Promise.resolve([...values].filter(([key]) => key.startsWith(prefix)).sort(inKeyOrder)),
  };
}
