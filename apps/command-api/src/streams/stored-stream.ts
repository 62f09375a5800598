import { setImmediate as nextTurn } from 'node:timers/promises';
import type { StreamDefinition } from '@parley/domain';
import { decodeEvent, type NewEvent, type ParleyEvent } from '@parley/events';
import type { EventLogReader, SnapshotStore } from '@parley/ports';

/** A snapshot is due after this many events, or later when the state is large: see `#snapshotDue`. */
const eventsPerSnapshot = 500;
/** Characters of snapshot that one event may cost on average. */
const snapshotCharactersPerEvent = 1_024;
/** Ids of at least so many of the newest events are kept, to see repetitions without asking the log. */
const recentIds = 64;
/** Read at a time; between two full pages others get their turn. */
const pageSize = 1_024;

/**
 * The state of one stream at a revision: a snapshot and the events after it, brought up to date on demand. It never
 * runs ahead of the log, and may lag behind it when others append to the same stream.
 */
export class StoredStream<State, Event extends ParleyEvent> {
  readonly stream: string;
  readonly #definition: StreamDefinition<State, Event>;
  readonly #log: EventLogReader;
  readonly #snapshots: SnapshotStore;
  #state: State;
  #revision = -1;
  #loaded = false;
  /** Highest revision that is known to exist, from wherever it was heard. */
  #heard = -1;
  #newsAt = -Infinity;
  #snapshotRevision = -1;
  #snapshotSize = 0;
  #recent = new Set<string>();
  #lessRecent = new Set<string>();
  #catchingUp: Promise<boolean> | null = null;
  /** Counts drops, so that a reading which is under way notices. */
  #epoch = 0;

  constructor(
    stream: string,
    definition: StreamDefinition<State, Event>,
    log: EventLogReader,
    snapshots: SnapshotStore,
  ) {
    this.stream = stream;
    this.#definition = definition;
    this.#log = log;
    this.#snapshots = snapshots;
    this.#state = definition.initial;
  }

  get state(): State {
    return this.#state;
  }

  /** Of the last event in the state; -1 before the first. */
  get revision(): number {
    return this.#revision;
  }

  /** When the state last took in what was read, `performance.now()`: at or after the moment in which others wrote it. */
  get newsAt(): number {
    return this.#newsAt;
  }

  /** Loaded, and nothing newer was heard of. */
  get isCurrent(): boolean {
    return this.#loaded && this.#heard <= this.#revision;
  }

  hasRecent(eventId: string): boolean {
    return this.#recent.has(eventId) || this.#lessRecent.has(eventId);
  }

  /** Somebody says that the stream has come to this revision. */
  hear(revision: number): void {
    if (revision > this.#heard) this.#heard = revision;
  }

  /** Not current before it was read on. */
  doubt(): void {
    this.#loaded = false;
  }

  /**
   * Reads what the log has beyond this state; the first time, all of it. True when there was something new. Calls at
   * the same time share one reading, unless it may have begun before the caller's cause: then they read once more.
   */
  async catchUp(): Promise<boolean> {
    const running = this.#catchingUp;
    if (running !== null) await running.catch(() => undefined);
    this.#catchingUp ??= this.#read().finally(() => (this.#catchingUp = null));
    const fresh = await this.#catchingUp;
    return fresh || running !== null;
  }

  async #read(): Promise<boolean> {
    const epoch = this.#epoch;
    if (!this.#loaded) await this.#loadSnapshot(epoch);
    const before = this.#revision;
    for (let full = true; full;) {
      const page = await this.#log.readStream(this.stream, { from: this.#revision + 1, limit: pageSize });
      if (epoch !== this.#epoch) return this.#read(); // dropped meanwhile
      for (const recorded of page) {
        if (recorded.revision !== this.#revision + 1) continue; // an append of our own was told in between
        this.#state = this.#definition.evolve(this.#state, decodeEvent(recorded).event as Event);
        this.#revision = recorded.revision;
        this.#newsAt = performance.now();
        this.#remember(recorded.eventId);
      }
      this.#saveIfDue();
      full = page.length === pageSize;
      if (full) await nextTurn();
    }
    const first = !this.#loaded;
    this.#loaded = true;
    return first || this.#revision > before;
  }

  async #loadSnapshot(epoch: number): Promise<void> {
    const snapshot = await this.#snapshots.load(this.stream, this.#definition.snapshotVersion);
    if (epoch !== this.#epoch || snapshot === null || snapshot.revision <= this.#revision) return;
    this.#state = this.#definition.fromSnapshot(JSON.parse(snapshot.state));
    this.#revision = this.#snapshotRevision = snapshot.revision;
    this.#newsAt = performance.now();
    this.#snapshotSize = snapshot.state.length;
  }

  /** Events of our own are durable: the state after them, if this still stands right before them. */
  advance(state: State, events: readonly NewEvent[], lastRevision: number): void {
    if (this.#loaded && this.#revision === lastRevision - events.length) {
      this.#state = state;
      this.#revision = lastRevision;
      for (const { eventId } of events) this.#remember(eventId);
      this.#saveIfDue();
    } else {
      this.hear(lastRevision);
    }
  }

  /** Forgets everything: the next catch-up begins with the snapshot. */
  drop(): void {
    this.#epoch++;
    this.#state = this.#definition.initial;
    this.#revision = this.#snapshotRevision = this.#heard = -1;
    this.#loaded = false;
    this.#recent.clear();
    this.#lessRecent.clear();
  }

  /** Makes the next load short. Costs nothing when the last snapshot is nearly as new. */
  saveBeforeEviction(): void {
    if (this.#loaded && this.#revision - this.#snapshotRevision >= eventsPerSnapshot / 10) this.#save();
  }

  #saveIfDue(): void {
    const due = Math.max(eventsPerSnapshot, this.#snapshotSize / snapshotCharactersPerEvent);
    if (this.#revision - this.#snapshotRevision >= due) this.#save();
  }

  #save(): void {
    const state = JSON.stringify(this.#definition.toSnapshot(this.#state));
    this.#snapshots.save(this.stream, this.#definition.snapshotVersion, this.#revision, state);
    this.#snapshotRevision = this.#revision;
    this.#snapshotSize = state.length;
  }

  /** Two generations: forgetting ids one by one would cost more than looking one up. */
  #remember(eventId: string): void {
    if (this.#recent.size >= recentIds) {
      this.#lessRecent = this.#recent;
      this.#recent = new Set();
    }
    this.#recent.add(eventId);
  }
}
