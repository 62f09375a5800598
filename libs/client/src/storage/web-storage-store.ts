import { inKeyOrder, type KeyValueStore } from './key-value-store.js';

/** What is used of `localStorage`. */
export interface WebStorage {
  readonly length: number;
  key(index: number): string | null;
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/**
 * In `localStorage`: simple, but small (about 5 MB) and shared by all tabs of the origin; `prefix` keeps accounts apart.
 */
export function webStorageStore(storage: WebStorage, prefix = 'parley/'): KeyValueStore {
  return {
    get: async (key) => storage.getItem(prefix + key) ?? undefined,
    set: async (key, value) => storage.setItem(prefix + key, value),
    delete: async (key) => storage.removeItem(prefix + key),
    entries: async (wanted) => {
      const found: [string, string][] = [];
      for (let index = 0; index < storage.length; index++) {
        const key = storage.key(index);
        if (key?.startsWith(prefix + wanted) !== true) continue;
        found.push([key.slice(prefix.length), storage.getItem(key) ?? '']);
      }
      return found.sort(inKeyOrder);
    },
  };
}
