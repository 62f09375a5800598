import type { KeyValueStore } from './key-value-store.js';

const table = 'values';

/**
 * In IndexedDB: as large as the browser allows, shared by pages and workers of the origin, private to it. One transaction
 * a call; transactions on one table run in the order in which they were asked for, and a change is flushed before it
 * resolves. A store that was closed by the browser, or by a newer page, is opened again at the next call.
 */
export function indexedDbStore(name: string, factory: IDBFactory = indexedDB): KeyValueStore {
  let opened: Promise<IDBDatabase> | undefined;
  const database = (): Promise<IDBDatabase> => {
    opened ??= open(name, factory, () => (opened = undefined)).catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
  /** Calls start in their order even while the database is being opened. */
  const change = async (work: (values: IDBObjectStore) => void): Promise<void> => {
    const transaction = (await database()).transaction(table, 'readwrite', { durability: 'strict' });
    work(transaction.objectStore(table));
    await finished(transaction);
  };
  return {
    get: async (key) => answer<string | undefined>((await values(database)).get(key)),
    set: (key, value) => change((store) => void store.put(value, key)),
    delete: (key) => change((store) => void store.delete(key)),
    async entries(prefix) {
      const store = await values(database);
      // No printable key sorts above it.
      const range = IDBKeyRange.bound(prefix, `${prefix}\uFFFF`);
      const [keys, found] = await Promise.all([answer(store.getAllKeys(range)), answer(store.getAll(range))]);
      return keys.map((key, index) => [typeof key === 'string' ? key : '', String(found[index])] as const);
    },
  };
}

const values = async (database: () => Promise<IDBDatabase>): Promise<IDBObjectStore> =>
  (await database()).transaction(table, 'readonly').objectStore(table);

function open(name: string, factory: IDBFactory, onClosed: () => void): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = factory.open(name, 1);
    request.addEventListener('upgradeneeded', () => request.result.createObjectStore(table));
    request.addEventListener('error', () => reject(failure(request.error)));
    request.addEventListener('success', () => {
      const database = request.result;
      database.addEventListener('close', onClosed);
      database.addEventListener('versionchange', () => {
        onClosed();
        database.close();
      });
      resolve(database);
    });
  });
}

const answer = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(failure(request.error)));
  });

const finished = (transaction: IDBTransaction): Promise<void> =>
  new Promise((resolve, reject) => {
    transaction.addEventListener('complete', () => resolve());
    transaction.addEventListener('abort', () => reject(failure(transaction.error)));
  });

const failure = (error: DOMException | null): Error => error ?? new Error('IndexedDB gave up without a reason');
