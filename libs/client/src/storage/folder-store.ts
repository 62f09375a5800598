import { inKeyOrder, type KeyValueStore } from './key-value-store.js';

/** What is used of `node:fs/promises`, handed in so that this package stays one for browsers as well. */
export interface FileSystem {
  mkdir(path: string, options: { recursive: true }): Promise<unknown>;
  readdir(path: string): Promise<string[]>;
  readFile(path: string, encoding: 'utf8'): Promise<string>;
  writeFile(path: string, text: string, options: { flush: true }): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  rm(path: string, options: { force: true }): Promise<void>;
}

const suffix = '.json';

/**
 * One file a key in a folder of its own: `folderStore('data/bot', await import('node:fs/promises'))`. A value is written
 * beside, flushed and renamed, so a crash leaves the old one or the new one.
 */
export function folderStore(folder: string, files: FileSystem): KeyValueStore {
  const pathOf = (key: string): string => `${folder}/${encodeURIComponent(key)}${suffix}`;
  let ready: Promise<unknown> | undefined;
  let queue: Promise<unknown> = Promise.resolve();
  const inOrder = <T>(work: () => Promise<T>): Promise<T> => {
    ready ??= files.mkdir(folder, { recursive: true });
    const result = Promise.all([ready, queue]).then(work);
    queue = result.catch(() => {});
    return result;
  };
  const read = async (path: string): Promise<string | undefined> => {
    try {
      return await files.readFile(path, 'utf8');
    } catch (error) {
      if ((error as { code?: string }).code === 'ENOENT') return undefined;
      throw error;
    }
  };
  return {
    get: (key) => inOrder(() => read(pathOf(key))),
    set: (key, value) =>
      inOrder(async () => {
        await files.writeFile(`${pathOf(key)}.new`, value, { flush: true });
        await files.rename(`${pathOf(key)}.new`, pathOf(key));
      }),
    delete: (key) => inOrder(() => files.rm(pathOf(key), { force: true })),
    entries: (prefix) =>
      inOrder(async () => {
        const names = (await files.readdir(folder)).filter((name) => name.endsWith(suffix));
        const keys = names.map((name) => decodeURIComponent(name.slice(0, -suffix.length)));
        const found: [string, string][] = [];
        for (const key of keys.filter((each) => each.startsWith(prefix))) {
          const value = await read(pathOf(key));
          if (value !== undefined) found.push([key, value]);
        }
        return found.sort(inKeyOrder);
      }),
  };
}
