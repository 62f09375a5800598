import type { KeyValueStore } from './key-value-store.js';

const table = 'values';

/** In IndexedDB, for browsers with more to keep than `localStorage` takes. One database an account. */
export function indexedDbStore(databaseName = 'parley', factory: IDBFactory = indexedDB): KeyValueStore {
  let opened: Promise<IDBDatabase> | undefined;
  const open = (): Promise<IDBDatabase> => {
    const request = factory.open(databaseName, 1);
    request.addEventListener('upgradeneeded', () => void request.result.createObjectStore(table));
    return settled(request);
  };
  const objects = async (mode: IDBTransactionMode): Promise<IDBObjectStore> => {
    opened ??= open();
    return (await opened).transaction(table, mode).objectStore(table);
  };
  return {
    get: async (key) => settled((await objects('readonly')).get(key) as IDBRequest<string | undefined>),
    set: async (key, value) => committed(await objects('readwrite'), (store) => store.put(value, key)),
    delete: async (key) => committed(await objects('readwrite'), (store) => store.delete(key)),
    entries: async (prefix) => {
      const store = await objects('readonly');
      const range = IDBKeyRange.bound(prefix, `${prefix}\uffff`);
      const [keys, values] = await Promise.all([
        settled(store.getAllKeys(range)),
        settled(store.getAll(range) as IDBRequest<string[]>),
      ]);
      return keys.map((key, index) => [key as string, values[index] ?? ''] as const);
    },
  };
}

const settled = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error ?? new Error('IndexedDB failed')));
  });

/** Only a committed transaction is kept. */
const committed = (store: IDBObjectStore, write: (store: IDBObjectStore) => unknown): Promise<void> =>
  new Promise((resolve, reject) => {
    const { transaction } = store;
    transaction.addEventListener('complete', () => resolve());
    transaction.addEventListener('abort', () => reject(transaction.error ?? new Error('IndexedDB aborted')));
    write(store);
  });
