import type { SnapshotStore } from '@parley/ports';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

export interface SnapshotsUnderTest {
  readonly snapshots: SnapshotStore;
  close(): Promise<void>;
}

/** Saving is best effort and may take a while: tests wait for what was saved to appear. */
export function snapshotContract(name: string, open: () => Promise<SnapshotsUnderTest>): void {
  describe(`snapshots: ${name}`, () => {
    let opened: SnapshotsUnderTest;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(async () => {
      await opened.close();
    });
    /** What is loaded as soon as it is the revision that was saved. */
    const loaded = (stream: string, version: number, revision: number) =>
      vi.waitUntil(
        async () => {
          const found = await opened.snapshots.load(stream, version);
          return found?.revision === revision ? found : null;
        },
        { timeout: 10_000, interval: 10 },
      );

    it('gives back the newest, per stream and version', async () => {
      const [one, two] = [randomUUID(), randomUUID()];
      opened.snapshots.save(one, 1, 4, '{"a":"日本"}');
      opened.snapshots.save(one, 2, 5, 'second version');
      opened.snapshots.save(two, 1, 6, 'other stream');
      opened.snapshots.save(one, 1, 9, 'newest');
      expect(await loaded(one, 1, 9)).toEqual({ revision: 9, state: 'newest' });
      expect(await loaded(one, 2, 5)).toEqual({ revision: 5, state: 'second version' });
      expect(await loaded(two, 1, 6)).toEqual({ revision: 6, state: 'other stream' });
    });

    it('knows nothing of what was never saved', async () => {
      expect(await opened.snapshots.load(randomUUID(), 1)).toBeNull();
    });

    it('never replaces a newer one by an older one', async () => {
      const stream = randomUUID();
      opened.snapshots.save(stream, 1, 7, 'newer');
      expect(await loaded(stream, 1, 7)).toEqual({ revision: 7, state: 'newer' });
      opened.snapshots.save(stream, 1, 3, 'older');
      const marker = randomUUID();
      opened.snapshots.save(marker, 1, 0, 'after it');
      expect(await loaded(marker, 1, 0)).toEqual({ revision: 0, state: 'after it' });
      expect(await loaded(stream, 1, 7)).toEqual({ revision: 7, state: 'newer' });
    });
  });
}
