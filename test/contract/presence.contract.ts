import type { PresenceStore, RevocationBus, SignalBus, UserPresence } from '@parley/ports';
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

export interface PresenceUnderTest {
  readonly presence: PresenceStore;
  /** By the clock that the store goes by, ms since 1970 UTC. */
  now(): number;
  /** Lets time pass: as much, at least. */
  pass(ms: number): Promise<void>;
  close(): Promise<void>;
}

/** TTLs of 5 and 10 s, as operators set them; an adapter with a clock of its own may shorten them by `scale`. */
export function presenceContract(name: string, open: () => Promise<PresenceUnderTest>, scale = 1): void {
  describe.each([5_000, 10_000])(`presence: ${name}, time to live %d ms`, (ttl) => {
    const ttlMs = ttl * scale;
    let it_: PresenceUnderTest;
    let userId: string;
    let changes: UserPresence[];
    beforeEach(async () => {
      it_ = await open();
      userId = `usr_${randomUUID()}`;
      changes = [];
      it_.presence.onChange((change) => {
        if (change.userId === userId) changes.push(change);
      });
    });
    afterEach(() => it_.close());

    const announce = (deviceId: string, connectionId: string, state: 'online' | 'away' = 'online') =>
      it_.presence.announce({ userId, deviceId, connectionId, state, now: it_.now(), ttlMs });
    const state = async (): Promise<string> => (await it_.presence.get([userId]))[0]?.state ?? 'none';

    it('knows nothing of who never came', async () => {
      expect(await it_.presence.get([userId])).toEqual([{ userId, state: 'offline', lastSeen: null }]);
    });

    it('answers for everybody asked for, in their order', async () => {
      await announce('dev_1', 'c1');
      const others = [`usr_${randomUUID()}`, `usr_${randomUUID()}`];
      const answer = await it_.presence.get([others[0]!, userId, others[1]!]);
      expect(answer.map((presence) => presence.state)).toEqual(['offline', 'online', 'offline']);
    });

    it('stays while the device announces itself in time', async () => {
      for (let beat = 0; beat < 4; beat++) {
        await announce('dev_1', 'c1');
        await it_.pass(ttlMs * 0.8);
        expect(await state()).toBe('online');
      }
      expect(changes.map((change) => change.state)).toEqual(['online']);
    });

    it('ends by itself when the device falls silent, and remembers when', async () => {
      const before = it_.now();
      await announce('dev_1', 'c1');
      await it_.pass(ttlMs * 0.9);
      expect(await state()).toBe('online');
      await it_.pass(ttlMs * 0.3);
      const [gone] = await it_.presence.get([userId]);
      expect(gone?.state).toBe('offline');
      expect(gone?.lastSeen).toBeGreaterThanOrEqual(before);
      expect(gone?.lastSeen).toBeLessThanOrEqual(it_.now());
      expect(changes.map((change) => change.state)).toEqual(['online', 'offline']);
    });

    it('folds several devices: online before away before offline', async () => {
      await announce('dev_1', 'c1', 'away');
      expect(await state()).toBe('away');
      await announce('dev_2', 'c2');
      expect(await state()).toBe('online');
      await it_.presence.disconnect(userId, 'dev_2', 'c2', it_.now());
      expect(await state()).toBe('away');
      await it_.presence.disconnect(userId, 'dev_1', 'c1', it_.now());
      expect(await state()).toBe('offline');
    });

    it('lets one device fall silent while the other stays', async () => {
      await announce('dev_1', 'c1');
      await announce('dev_2', 'c2', 'away');
      await it_.pass(ttlMs * 0.6);
      await announce('dev_2', 'c2', 'away');
      await it_.pass(ttlMs * 0.6);
      expect(await state()).toBe('away');
    });

    it('is not ended by the close of an older connection of the device', async () => {
      await announce('dev_1', 'old');
      await announce('dev_1', 'new');
      await it_.presence.disconnect(userId, 'dev_1', 'old', it_.now());
      expect(await state()).toBe('online');
      await it_.presence.disconnect(userId, 'dev_1', 'new', it_.now());
      expect(await state()).toBe('offline');
      await it_.presence.disconnect(userId, 'dev_1', 'new', it_.now());
    });

    it('tells changes of the folded state only', async () => {
      await announce('dev_1', 'c1');
      await announce('dev_1', 'c1');
      await announce('dev_2', 'c2');
      await announce('dev_2', 'c2', 'away');
      await announce('dev_1', 'c1', 'away');
      await it_.pass(ttlMs * 0.1);
      expect(changes.map((change) => change.state)).toEqual(['online', 'away']);
      expect(changes.every((change) => change.lastSeen === null)).toBe(true);
    });

    it('tells nobody who has stopped listening', async () => {
      const heard: UserPresence[] = [];
      const stop = it_.presence.onChange((change) => heard.push(change));
      stop();
      await announce('dev_1', 'c1');
      await it_.pass(ttlMs * 0.1);
      expect(heard).toEqual([]);
    });
  });
}

export interface BusesUnderTest {
  readonly signals: SignalBus;
  readonly revocations: RevocationBus;
  /** Resolves when what was published has arrived. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

export function presenceBusContract(name: string, open: () => Promise<BusesUnderTest>): void {
  describe(`signals and revocations: ${name}`, () => {
    let buses: BusesUnderTest;
    beforeEach(async () => {
      buses = await open();
    });
    afterEach(() => buses.close());

    it('reach every subscriber, in order, until it has enough', async () => {
      const [one, two]: [string[], string[]] = [[], []];
      const stop = buses.signals.subscribe(({ userId }) => one.push(userId));
      buses.signals.subscribe(({ userId }) => two.push(userId));
      for (const userId of ['usr_1', 'usr_2']) buses.signals.publish({ conversationId: 'cnv_1', userId, active: true });
      await buses.settle();
      stop();
      buses.signals.publish({ conversationId: 'cnv_1', userId: 'usr_3', active: false });
      await buses.settle();
      expect(one).toEqual(['usr_1', 'usr_2']);
      expect(two).toEqual(['usr_1', 'usr_2', 'usr_3']);
    });

    it('tell which devices were logged out', async () => {
      const ended: (readonly string[])[] = [];
      buses.revocations.subscribe(({ deviceIds }) => ended.push(deviceIds));
      buses.revocations.publish({ userId: 'usr_1', deviceIds: ['dev_1', 'dev_2'] });
      await buses.settle();
      expect(ended).toEqual([['dev_1', 'dev_2']]);
    });
  });
}
