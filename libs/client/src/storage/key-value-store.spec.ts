import * as files from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { folderStore } from './folder-store.js';
import { indexedDbStore } from './indexed-db-store.js';
import { type KeyValueStore, memoryStore } from './key-value-store.js';
import { webStorageStore } from './web-storage-store.js';

const folders: string[] = [];
beforeAll(() => void vi.stubGlobal('IDBKeyRange', IDBKeyRange));
afterAll(() => Promise.all(folders.map((folder) => files.rm(folder, { recursive: true }))));

function webStorage() {
  const values = new Map<string, string>([['another app', 'x']]);
  return {
    get length() {
      return values.size;
    },
    key: (index: number) => [...values.keys()][index] ?? null,
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
    removeItem: (key: string) => void values.delete(key),
  };
}

async function temporaryFolder(): Promise<KeyValueStore> {
  const folder = await files.mkdtemp(join(tmpdir(), 'parley-client-'));
  folders.push(folder);
  return folderStore(join(folder, 'new'), files);
}

describe.each<[string, () => KeyValueStore | Promise<KeyValueStore>]>([
  ['memory', memoryStore],
  ['web storage', () => webStorageStore(webStorage())],
  ['IndexedDB', () => indexedDbStore('parley', new IDBFactory())],
  ['a folder', temporaryFolder],
])('a store in %s', (_, make) => {
  it('keeps values by key', async () => {
    const store = await make();
    expect(await store.get('a')).toBeUndefined();
    await store.set('a/b: ü', 'one');
    await store.set('a/b: ü', 'two');
    expect(await store.get('a/b: ü')).toBe('two');
    await store.delete('a/b: ü');
    await store.delete('a/b: ü');
    expect(await store.get('a/b: ü')).toBeUndefined();
  });

  it('lists what begins with a prefix, in the order of keys', async () => {
    const store = await make();
    await Promise.all(['b/2', 'a', 'b/10', 'b/1', 'c'].map((key) => store.set(key, `of ${key}`)));
    expect(await store.entries('b/')).toEqual([
      ['b/1', 'of b/1'],
      ['b/10', 'of b/10'],
      ['b/2', 'of b/2'],
    ]);
    expect(await store.entries('none')).toEqual([]);
  });

  it('carries out calls in their order', async () => {
    const store = await make();
    const calls = [store.set('k', '1'), store.delete('k'), store.set('k', '2')];
    await Promise.all(calls);
    expect(await store.get('k')).toBe('2');
  });
});

it('keeps a folder over restarts, and tells of a broken disk', async () => {
  const folder = await files.mkdtemp(join(tmpdir(), 'parley-client-'));
  folders.push(folder);
  await folderStore(folder, files).set('k', 'v');
  expect(await folderStore(folder, files).get('k')).toBe('v');
  const broken = folderStore(folder, { ...files, readFile: () => Promise.reject(new Error('broken')) });
  await expect(broken.get('k')).rejects.toThrow('broken');
});

it('keeps IndexedDB for the next page, and opens it again when a newer page made it close', async () => {
  const factory = new IDBFactory();
  const store = indexedDbStore('parley', factory);
  await store.set('k', 'v');
  expect(await indexedDbStore('parley', factory).get('k')).toBe('v');
  await new Promise((resolve) => factory.deleteDatabase('parley').addEventListener('success', resolve));
  expect(await store.get('k')).toBeUndefined();
  await store.set('k', 'again');
  expect(await store.get('k')).toBe('again');
});
