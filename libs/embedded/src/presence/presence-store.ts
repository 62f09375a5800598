import type { Clock } from '@parley/platform';
import type { PresenceAnnouncement, PresenceStore, UserPresence } from '@parley/ports';

interface Device {
  readonly connectionId: string;
  readonly state: 'online' | 'away';
  readonly expiresAt: number;
}

interface PersonHere {
  readonly devices: Map<string, Device>;
  /** As last told to the listeners. */
  told: UserPresence['state'];
}

export interface PresenceOptions {
  readonly clock: Clock;
  /** Of how many people who went it is remembered when. Beyond it the longest gone are forgotten. Default 100,000. */
  readonly lastSeenKept?: number;
}

/** Presence in this process: people are here as long as one of their devices announces itself in time. */
export function createPresenceStore(options: PresenceOptions): PresenceStore & { close(): void } {
  return new InProcessPresence(options);
}

class InProcessPresence implements PresenceStore {
  readonly #clock: Clock;
  readonly #lastSeenKept: number;
  readonly #here = new Map<string, PersonHere>();
  /** Ordered by when they went. */
  readonly #lastSeen = new Map<string, number>();
  readonly #listeners = new Set<(presence: UserPresence) => void>();
  #timer: NodeJS.Timeout | null = null;
  #timerAt = Infinity;

  constructor({ clock, lastSeenKept = 100_000 }: PresenceOptions) {
    this.#clock = clock;
    this.#lastSeenKept = lastSeenKept;
  }

  async announce({ userId, deviceId, connectionId, state, now, ttlMs }: PresenceAnnouncement): Promise<void> {
    let person = this.#here.get(userId);
    if (person === undefined) this.#here.set(userId, (person = { devices: new Map(), told: 'offline' }));
    const expiresAt = now + ttlMs;
    person.devices.set(deviceId, { connectionId, state, expiresAt });
    this.#lookAgainAt(expiresAt);
    this.#tellChange(userId, person, now);
  }

  async disconnect(userId: string, deviceId: string, connectionId: string, now: number): Promise<void> {
    const person = this.#here.get(userId);
    if (person?.devices.get(deviceId)?.connectionId !== connectionId) return;
    person.devices.delete(deviceId);
    this.#tellChange(userId, person, now);
  }

  async get(userIds: readonly string[]): Promise<readonly UserPresence[]> {
    const now = this.#clock.now();
    return userIds.map((userId) => {
      const person = this.#here.get(userId);
      const state = person === undefined ? 'offline' : folded(person, now);
      return { userId, state, lastSeen: state === 'offline' ? this.#lastSeenOf(userId, person) : null };
    });
  }

  onChange(listener: (presence: UserPresence) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#listeners.clear();
  }

  #tellChange(userId: string, person: PersonHere, now: number): void {
    const state = folded(person, now);
    const changed = state !== person.told;
    person.told = state;
    if (state === 'offline') {
      this.#here.delete(userId);
      if (changed) this.#remember(userId, now);
    }
    if (!changed) return;
    const lastSeen = state === 'offline' ? now : null;
    for (const listener of this.#listeners) listener({ userId, state, lastSeen });
  }

  #remember(userId: string, now: number): void {
    this.#lastSeen.delete(userId);
    this.#lastSeen.set(userId, now);
    if (this.#lastSeen.size > this.#lastSeenKept) {
      for (const longestGone of this.#lastSeen.keys()) {
        this.#lastSeen.delete(longestGone);
        break;
      }
    }
  }

  /** Of somebody whose time is over but who has not been looked at since: the moment it was over. */
  #lastSeenOf(userId: string, person: PersonHere | undefined): number | null {
    if (person === undefined) return this.#lastSeen.get(userId) ?? null;
    return Math.max(...[...person.devices.values()].map((device) => device.expiresAt));
  }

  /** One timer for all: to the moment when the first device may have been silent for too long. */
  #lookAgainAt(at: number): void {
    if (at >= this.#timerAt) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timerAt = at;
    this.#timer = setTimeout(() => this.#forgetSilent(), Math.max(1, at - this.#clock.now())).unref();
  }

  #forgetSilent(): void {
    const now = this.#clock.now();
    this.#timer = null;
    this.#timerAt = Infinity;
    let next = Infinity;
    for (const [userId, person] of this.#here) {
      for (const [deviceId, { expiresAt }] of person.devices) {
        if (expiresAt <= now) person.devices.delete(deviceId);
        else next = Math.min(next, expiresAt);
      }
      this.#tellChange(userId, person, now);
    }
    // Devices that announced themselves since push this further; looking too early costs little, but not every tick.
    if (next !== Infinity) this.#lookAgainAt(Math.max(next, now + leastPauseMs));
  }
}

const leastPauseMs = 100;

function folded({ devices }: PersonHere, now: number): UserPresence['state'] {
  let state: UserPresence['state'] = 'offline';
  for (const device of devices.values()) {
    if (device.expiresAt <= now) continue;
    if (device.state === 'online') return 'online';
    state = 'away';
  }
  return state;
}
