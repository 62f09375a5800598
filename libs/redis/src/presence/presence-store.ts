import { createHash, randomUUID } from 'node:crypto';
import { type PresenceAnnouncement, type PresenceStore, ReadModelUnavailable, type UserPresence } from '@parley/ports';
import { RedisUnavailable, type Script } from '../connection/command-link.js';
import type { RedisConnection } from '../connection/redis-connection.js';
import { announceScript, disconnectScript, epochScript, getScript, sweepScript } from './presence-scripts.js';
import { ToldPresence } from './told-presence.js';

export interface RedisPresenceOptions {
  /** How often those who fell silent are looked for, milliseconds. Default 1,000. */
  readonly sweepEveryMs?: number;
  /** For how long it is remembered when somebody went, milliseconds. Default 90 days. */
  readonly lastSeenKeptMs?: number;
  /** About how many people changes can be repaired after messages were missed. Default 100,000. */
  readonly repairable?: number;
}

/** People are spread over as many slots of a cluster. */
const slots = 16;
const sweptAtOnce = 100;
const readAtOnce = 200;
const repairRetryMs = 1_000;
const day = 24 * 3_600_000;

/**
 * Presence of all gateways. Announcing and going never fail: without Redis they are lost, and as devices announce
 * themselves again at every heartbeat, an emptied Redis knows them all after one. Whoever misses messages about changes
 * asks again about those it had told to be here.
 */
export class RedisPresenceStore implements PresenceStore {
  readonly #listeners = new Set<(presence: UserPresence) => void>();
  /** Connections of this process that announced themselves before. */
  readonly #announced = new Set<string>();
  readonly #told: ToldPresence;
  readonly #channel: string;
  readonly #keptMs: number;
  readonly #ends: (() => void)[];
  #epoch: string | null = null;
  #longestTtl = 0;
  #repair: NodeJS.Timeout | undefined;

  constructor(
    private readonly connection: RedisConnection,
    { sweepEveryMs = 1_000, lastSeenKeptMs = 90 * day, repairable = 100_000 }: RedisPresenceOptions = {},
  ) {
    this.#channel = connection.name('presence');
    this.#keptMs = lastSeenKeptMs;
    this.#told = new ToldPresence(repairable);
    const timer = setInterval(() => void this.#sweep(), sweepEveryMs).unref();
    this.#ends = [
      () => clearInterval(timer),
      connection.channels.subscribe(this.#channel, (text) => this.#receive(text)),
      connection.channels.onListening(() => void this.#checkEpoch(true)),
    ];
  }

  async announce({ userId, deviceId, connectionId, state, ttlMs }: PresenceAnnouncement): Promise<void> {
    const again = this.#announced.has(connectionId);
    this.#announced.add(connectionId);
    this.#longestTtl = Math.max(this.#longestTtl, ttlMs);
    const args = [userId, deviceId, connectionId, state, ttlMs, again ? '1' : '0'];
    await this.#change('announce', announceScript, userId, args);
  }

  async disconnect(userId: string, deviceId: string, connectionId: string): Promise<void> {
    this.#announced.delete(connectionId);
    await this.#change('disconnect', disconnectScript, userId, [userId, deviceId, connectionId]);
  }

  /** @throws ReadModelUnavailable while Redis does not answer */
  async get(userIds: readonly string[]): Promise<readonly UserPresence[]> {
    try {
      return await this.#read(userIds);
    } catch (error) {
      if (!(error instanceof RedisUnavailable)) throw error;
      throw new ReadModelUnavailable('presence is out of reach', { cause: error });
    }
  }

  onChange(listener: (presence: UserPresence) => void): () => void {
    const own = (presence: UserPresence): void => listener(presence);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  close(): void {
    for (const end of this.#ends.splice(0)) end();
    clearTimeout(this.#repair);
    this.#listeners.clear();
  }

  async #change(operation: string, change: Script, userId: string, args: readonly (string | number)[]): Promise<void> {
    const { commands } = this.connection;
    const slot = slotOf(userId);
    const keys = [this.#person(slot, userId), this.#due(slot)];
    await commands.attempt(operation, (client) =>
      commands.evaluate(client, change, keys, [this.#channel, this.#keptMs, ...args]),
    );
  }

  async #read(userIds: readonly string[]): Promise<readonly UserPresence[]> {
    const bySlot = Map.groupBy(new Set(userIds), slotOf);
    const found = new Map<string, UserPresence>();
    const { commands } = this.connection;
    const readPart = async (slot: number, part: readonly string[]): Promise<void> => {
      const keys = part.map((userId) => this.#person(slot, userId));
      const answer = await commands.run('presence', (client) => commands.evaluate(client, getScript, keys, []));
      if (!Array.isArray(answer)) throw new RedisUnavailable('an unknown answer');
      for (const [index, userId] of part.entries()) {
        found.set(userId, presenceOf(userId, answer[2 * index], answer[2 * index + 1]));
      }
    };
    const readings: Promise<void>[] = [];
    for (const [slot, people] of bySlot) {
      for (let i = 0; i < people.length; i += readAtOnce)
        readings.push(readPart(slot, people.slice(i, i + readAtOnce)));
    }
    await Promise.all(readings);
    return userIds.map((userId) => found.get(userId) ?? presenceOf(userId, 'offline', ''));
  }

  /** Any gateway may do it, several at once too: a change is told by who makes it. */
  async #sweep(): Promise<void> {
    if (!this.connection.commands.available) return;
    await this.#checkEpoch(false);
    await Promise.all(Array.from({ length: slots }, (_, slot) => this.#sweepSlot(slot)));
  }

  async #sweepSlot(slot: number): Promise<void> {
    const { commands } = this.connection;
    const args = [this.#channel, this.#keptMs, this.#person(slot, ''), sweptAtOnce];
    let looked: unknown;
    do {
      looked = await commands.attempt('sweep', (client) =>
        commands.evaluate(client, sweepScript, [this.#due(slot)], args),
      );
    } while (looked === sweptAtOnce);
  }

  /**
   * `missed`: changes may not have been heard. Then those told to be here are looked at again; if Redis was emptied, only
   * once all devices have had time to announce themselves again.
   */
  async #checkEpoch(missed: boolean): Promise<void> {
    const { commands } = this.connection;
    const epoch = await commands.attempt('epoch', (client) =>
      commands.evaluate(client, epochScript, [this.connection.name('presence', 'epoch')], [randomUUID()]),
    );
    if (typeof epoch !== 'string') return;
    const emptied = this.#epoch !== null && this.#epoch !== epoch;
    this.#epoch = epoch;
    if (emptied) this.#repairIn(this.#longestTtl);
    else if (missed && this.#repair === undefined) this.#repairIn(0);
  }

  #repairIn(ms: number): void {
    clearTimeout(this.#repair);
    this.#repair = setTimeout(() => {
      this.#repair = undefined;
      void this.#lookAgain();
    }, ms).unref();
  }

  async #lookAgain(): Promise<void> {
    const { userIds } = this.#told;
    for (let i = 0; i < userIds.length; i += readAtOnce) {
      try {
        for (const presence of await this.#read(userIds.slice(i, i + readAtOnce))) this.#tell(presence);
      } catch (error) {
        if (!(error instanceof RedisUnavailable)) throw error;
        this.#repairIn(repairRetryMs);
        return;
      }
    }
  }

  #receive(text: string): void {
    const changes = JSON.parse(text) as readonly (readonly [userId: string, state: string, seen: string])[];
    for (const [userId, state, seen] of changes) this.#tell(presenceOf(userId, state, seen));
  }

  #tell(presence: UserPresence): void {
    if (!this.#told.change(presence)) return;
    for (const listener of this.#listeners) listener(presence);
  }

  #person(slot: number, userId: string): string {
    return this.connection.name('presence', `{${slot}}`, 'user', userId);
  }

  #due(slot: number): string {
    return this.connection.name('presence', `{${slot}}`, 'due');
  }
}

const slotOf = (userId: string): number => (createHash('sha1').update(userId).digest()[0] ?? 0) % slots;

function presenceOf(userId: string, state: unknown, seen: unknown): UserPresence {
  if (state === 'online' || state === 'away') return { userId, state, lastSeen: null };
  return { userId, state: 'offline', lastSeen: seen === '' || seen === undefined ? null : Number(seen) };
}
