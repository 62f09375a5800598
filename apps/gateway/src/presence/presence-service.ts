import { type Logger, ParleyError } from '@parley/platform';
import type { PresenceStore, UserPresence } from '@parley/ports';
import type { PresenceView } from '@parley/protocol';
import type { Freshness } from '../push/freshness.js';
import type { Session } from '../session/session.js';
import type { PresenceInterest } from './presence-interest.js';
import { hiddenPresence, presenceViewOf, type PresenceVisibility } from './presence-visibility.js';

export interface PresenceOptions {
  /** A device that is not heard of for this long is offline. */
  readonly ttlMs: number;
  /** At most one presence frame in this time per socket. */
  readonly coalesceMs: number;
}

/** People looked at at once when a list is asked for. */
const lookupsAtOnce = 32;
/** When to ask again while nobody may be told. */
const retryAfterMs = 2_000;

/**
 * Tells the store who is here, and those who asked who of the people they share a conversation with is. Changes are
 * gathered: a socket gets at most one frame in `coalesceMs`, with the newest state of each. While it may be that a
 * departure was not delivered yet, changes go on gathering and nobody is told.
 */
export class PresenceService {
  readonly #watchers = new Map<string, Set<Session>>();
  /** Sessions with an interest, by their own person. */
  readonly #interested = new Map<string, Set<Session>>();
  readonly #dirty = new Set<Session>();
  readonly #unsubscribe: () => void;
  #timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly store: PresenceStore,
    private readonly visibility: PresenceVisibility,
    private readonly freshness: Pick<Freshness, 'isFresh'>,
    private readonly options: PresenceOptions,
    private readonly logger: Logger,
  ) {
    this.#unsubscribe = store.onChange((presence) => this.#onChange(presence));
  }

  close(): void {
    this.#unsubscribe();
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  opened(session: Session, now: number): void {
    this.#announce(session, now);
  }

  /** Something was said: the device lives. */
  heard(session: Session, now: number): void {
    if (now - session.lastAnnounced >= this.options.ttlMs / 4) this.#announce(session, now);
  }

  setState(session: Session, state: 'online' | 'away', now: number): void {
    const away = state === 'away';
    if (session.away === away) return;
    session.away = away;
    this.#announce(session, now);
  }

  closed(session: Session, now: number): void {
    this.#forget(session);
    const { principal } = session;
    if (principal === null) return;
    this.store.disconnect(principal.userId, principal.deviceId, session.id, now).catch(this.#unavailable);
  }

  /**
   * Replaces whom this session watches and answers with the state of all of them.
   * @throws ParleyError `feature_unavailable` while deliveries are late: they are watched, and told when that is over
   */
  async subscribe(session: Session, ref: number, userIds: readonly string[]): Promise<void> {
    this.#forget(session);
    const { principal } = session;
    if (principal === null || session.state !== 'open') return;
    const interest: PresenceInterest = {
      userIds: new Set(userIds),
      sharing: new Set(),
      departures: 0,
      told: new Set(),
      pending: new Map(),
      answered: false,
    };
    // First listen, then look: a change in between comes with the next frame.
    session.interest = interest;
    addTo(this.#interested, principal.userId, session);
    for (const userId of interest.userIds) addTo(this.#watchers, userId, session);
    if (userIds.length === 0 || this.freshness.isFresh()) return this.#answer(session, interest, ref);
    this.#schedule(session);
    throw late();
  }

  /**
   * Presence of these people as the viewer may see it, in their order.
   * @throws ParleyError `feature_unavailable` while deliveries are late
   */
  async visible(viewerId: string, userIds: readonly string[]): Promise<PresenceView[]> {
    if (!this.freshness.isFresh()) throw late();
    return this.#look(viewerId, userIds);
  }

  async #answer(session: Session, interest: PresenceInterest, ref?: number): Promise<void> {
    const { principal } = session;
    if (principal === null) return;
    const people = await this.#look(principal.userId, [...interest.userIds]);
    if (session.interest !== interest) return;
    for (const { userId, state, lastSeen } of people) {
      if (state !== 'offline' || lastSeen !== null) interest.told.add(userId);
    }
    session.send(JSON.stringify({ type: 'presence', ref, people }));
    interest.answered = true;
    if (interest.departures > 0) lookAgain(interest, interest.told);
    if (interest.pending.size > 0) this.#schedule(session);
  }

  async #look(viewerId: string, userIds: readonly string[]): Promise<PresenceView[]> {
    const visible = new Set<string>();
    for (let i = 0; i < userIds.length; i += lookupsAtOnce) {
      const part = userIds.slice(i, i + lookupsAtOnce);
      const may = await Promise.all(part.map((userId) => this.visibility.isVisible(viewerId, userId)));
      part.forEach((userId, index) => may[index] === true && visible.add(userId));
    }
    const found = await this.store.get([...visible]);
    const views = new Map(found.map((presence) => [presence.userId, presenceViewOf(presence)]));
    return userIds.map((userId) => (visible.has(userId) ? views.get(userId) : undefined) ?? hiddenPresence(userId));
  }

  /** Who has left a conversation may have lost sight of others, and they of them. */
  onDeparture(userId: string): void {
    for (const session of this.#watchers.get(userId) ?? []) this.#departed(session, [userId]);
    for (const session of this.#interested.get(userId) ?? []) {
      this.#departed(session, session.interest?.userIds ?? []);
    }
  }

  /** This person changed something about themselves, perhaps to whom they show their presence. */
  async reconsider(userId: string): Promise<void> {
    if (!this.#watchers.has(userId)) return;
    for (const presence of await this.store.get([userId])) this.#onChange(presence);
  }

  /** Nothing known of memberships holds any more. */
  onLoss(): void {
    for (const sessions of this.#interested.values()) {
      for (const { interest } of sessions) {
        if (interest === null) continue;
        interest.departures++;
        interest.sharing.clear();
      }
    }
  }

  /** The session may have lost sight of these. */
  #departed(session: Session, userIds: Iterable<string>): void {
    const { interest } = session;
    if (interest === null) return;
    interest.departures++;
    for (const userId of userIds) interest.sharing.delete(userId);
    lookAgain(interest, userIds);
    if (interest.answered && interest.pending.size > 0) this.#schedule(session);
  }

  #announce(session: Session, now: number): void {
    const { principal } = session;
    if (principal === null) return;
    session.lastAnnounced = now;
    this.store
      .announce({
        userId: principal.userId,
        deviceId: principal.deviceId,
        connectionId: session.id,
        state: session.away ? 'away' : 'online',
        now,
        ttlMs: this.options.ttlMs,
      })
      .catch(this.#unavailable);
  }

  #onChange(presence: UserPresence): void {
    for (const session of this.#watchers.get(presence.userId) ?? []) {
      session.interest?.pending.set(presence.userId, presence);
      if (session.interest?.answered === true) this.#schedule(session);
    }
  }

  #schedule(session: Session): void {
    this.#dirty.add(session);
    this.#flushSoon();
  }

  #flushSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      if (this.#dirty.size === 0) return;
      if (this.freshness.isFresh()) this.#flush().catch(this.#unavailable);
      else this.#flushSoon();
    }, this.options.coalesceMs);
  }

  async #flush(): Promise<void> {
    const sessions = [...this.#dirty];
    this.#dirty.clear();
    // The setting of a person is looked up once for all who watch them.
    const shown = new Map<string, Promise<boolean>>();
    const isShown = (userId: string): Promise<boolean> => {
      let answer = shown.get(userId);
      if (answer === undefined) shown.set(userId, (answer = this.visibility.isShown(userId)));
      return answer;
    };
    for (const session of sessions) {
      if (this.freshness.isFresh()) await this.#tell(session, isShown);
      else if (session.interest !== null) this.#schedule(session);
    }
  }

  async #tell(session: Session, isShown: (userId: string) => Promise<boolean>): Promise<void> {
    const { interest, principal } = session;
    if (interest === null || principal === null) return;
    if (!interest.answered) return this.#answer(session, interest);
    const pending = [...interest.pending];
    interest.pending.clear();
    const people: PresenceView[] = [];
    for (const [userId, presence] of pending) {
      const isOwn = userId === principal.userId;
      if ((await this.#share(interest, principal.userId, userId)) && (isOwn || (await isShown(userId)))) {
        if (presence === null) continue;
        people.push(presenceViewOf(presence));
        interest.told.add(userId);
      } else if (interest.told.delete(userId)) people.push(hiddenPresence(userId));
    }
    if (people.length > 0 && session.interest === interest) session.send(JSON.stringify({ type: 'presence', people }));
  }

  /** Looks it up once and keeps it, unless one of the two left a conversation meanwhile. */
  async #share(interest: PresenceInterest, viewerId: string, userId: string): Promise<boolean> {
    while (!interest.sharing.has(userId)) {
      const { departures } = interest;
      const share = await this.visibility.share(viewerId, userId);
      if (departures !== interest.departures) continue;
      if (!share) return false;
      interest.sharing.add(userId);
    }
    return true;
  }

  #forget(session: Session): void {
    const { interest, principal } = session;
    session.interest = null;
    this.#dirty.delete(session);
    if (interest === null || principal === null) return;
    removeFrom(this.#interested, principal.userId, session);
    for (const userId of interest.userIds) removeFrom(this.#watchers, userId, session);
  }

  /** Presence is a convenience: without its engine everything else goes on. */
  readonly #unavailable = (error: unknown): void => {
    this.logger.warn({ err: error }, 'presence is out of order');
  };
}

const late = (): ParleyError =>
  new ParleyError('feature_unavailable', { detail: 'who shares a conversation is not known now', retryAfterMs });

/** What was told of these is looked at again with the next frame. */
function lookAgain({ told, pending }: PresenceInterest, userIds: Iterable<string>): void {
  for (const userId of userIds) if (told.has(userId) && !pending.has(userId)) pending.set(userId, null);
}

function addTo(map: Map<string, Set<Session>>, key: string, session: Session): void {
  const sessions = map.get(key);
  if (sessions === undefined) map.set(key, new Set([session]));
  else sessions.add(session);
}

function removeFrom(map: Map<string, Set<Session>>, key: string, session: Session): void {
  const sessions = map.get(key);
  if (sessions?.delete(session) === true && sessions.size === 0) map.delete(key);
}
