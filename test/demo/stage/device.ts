import {
  type Accepted,
  type ClientOptions,
  type Environment,
  memoryStore,
  ParleyClient,
  type RecordEntry,
} from '@parley/client';
import type { MessageView } from '@parley/protocol';
import { checkLine, lineId } from '../model/check-line.js';
import { Arrivals } from '../record/arrivals.js';
import type { Group } from './group.js';
import { namesInChanges, Wires } from './wire.js';

/** What one device saw of one group. */
export class GroupRecord {
  /** Handed to the application, in that order. */
  readonly shown = new Arrivals();
  /** Came over the wire as changes. */
  readonly wire = new Arrivals();
  /** Shown, but not the line that belongs there. */
  misplaced = 0;
  /** Shown, the right line, but not as written. */
  altered = 0;
  /** The newest sequence shown. */
  last = 0;
}

/** Entries of a device's story; the oldest go. */
const storyLength = 300;

/** Told how long people wait. */
export interface DeviceWatch {
  /** From saying a line to its acceptance, ms. */
  onAccepted?(ms: number): void;
  /** From losing a connection to being live again, ms. */
  onReconnected?(ms: number): void;
}

/** What a device needs from around it. */
export interface DeviceContext {
  readonly url: string;
  readonly environment: Partial<Environment>;
  readonly deliveredEveryMs: number;
  readonly pipeline: number;
  readonly watch: DeviceWatch;
  groupOf(conversationId: string): Group | undefined;
  userIdOf(person: string): string;
  /** A message was shown. */
  onShown(): void;
  /** The server says how far its person has read. */
  onRead(conversationId: string, read: number): void;
  /** A message of a conversation that is none of ours. */
  onStranger(conversationId: string): void;
  onReset(reason: string): void;
  onError(error: unknown): void;
}

/**
 * One device of one person: a log-in, a store and, while it is awake, a client on a socket of its own. Everything it
 * does goes through the client library; only the sockets are listened in on.
 */
export class Device {
  readonly records = new Map<Group, GroupRecord>();
  /** What happened to it beside what it was shown, a line each: told when something was wrong with it. */
  readonly story: string[] = [];
  readonly #store = memoryStore();
  readonly #context: DeviceContext;
  readonly #wires: Wires;
  #client: ParleyClient | null = null;
  /** Waking and going to sleep, one at a time. */
  #turn: Promise<void> = Promise.resolve();
  #wanted = false;
  readonly #busy = new Set<symbol>();
  #idle: (() => void)[] = [];

  constructor(context: DeviceContext) {
    this.#context = context;
    this.#wires = new Wires((text) => this.#overheard(text));
  }

  get awake(): boolean {
    return this.#wanted;
  }

  /** Awake, and its client is there. */
  get connected(): boolean {
    return this.#wanted && this.#client !== null;
  }

  /** @throws Error while it sleeps */
  get client(): ParleyClient {
    if (this.#client === null) throw new Error('the device sleeps');
    return this.#client;
  }

  /** REST, asleep or not: with a client of this device that is never connected. */
  apart<T>(work: (client: ParleyClient) => Promise<T>): Promise<T> {
    return work(new ParleyClient(this.#options()));
  }

  async userId(): Promise<string> {
    const session = await this.apart((client) => client.session.current());
    if (session === null) throw new Error('the device is not logged in');
    return session.userId;
  }

  /** Resolves when it is connected and has caught up. */
  wake(): Promise<void> {
    this.#wanted = true;
    this.#resumeIdle();
    return this.#next(async () => {
      if (this.#client !== null || !this.#wanted) return;
      const client = new ParleyClient(this.#options());
      this.#client = client;
      this.#listen(client);
      await client.connect();
    });
  }

  /**
   * Disconnects, as when the app is closed; its state stays in its store. What it is busy with is finished before,
   * and being woken meanwhile keeps it awake.
   */
  sleep(): Promise<void> {
    this.#wanted = false;
    return this.#next(async () => {
      while (this.#busy.size > 0 && !this.#wanted) await new Promise<void>((resolve) => this.#idle.push(resolve));
      if (this.#wanted) return;
      const client = this.#client;
      this.#client = null;
      await client?.close();
    });
  }

  /** The network is lost; the client comes back by itself. */
  cut(): void {
    this.#wires.cut();
  }

  /** It does not go to sleep before the function returned was called. */
  hold(): () => void {
    const work = Symbol('work');
    this.#busy.add(work);
    return () => {
      this.#busy.delete(work);
      if (this.#busy.size === 0) this.#resumeIdle();
    };
  }

  /** Says lines `from`–`to` of the group at once, woken if need be; resolves when all are accepted. */
  async say(group: Group, from: number, to: number): Promise<Accepted[]> {
    const release = this.hold();
    try {
      await this.wake();
      const said: Promise<Accepted>[] = [];
      for (let sequence = from; sequence <= to; sequence++) {
        const line = group.model.lines[sequence - 1];
        if (line === undefined) throw new Error(`${group.title} has no line ${sequence}`);
        const mentions = line.mention === undefined ? {} : { mentions: [this.#context.userIdOf(line.mention)] };
        const options = { clientMessageId: lineId(sequence), ...mentions };
        said.push(this.#timed(this.client.send(group.conversationId, line.text, options)));
      }
      return await Promise.all(said);
    } finally {
      release();
    }
  }

  recordOf(group: Group): GroupRecord {
    let record = this.records.get(group);
    if (record === undefined) {
      record = new GroupRecord();
      this.records.set(group, record);
    }
    return record;
  }

  #options(): ClientOptions {
    const { url, environment, deliveredEveryMs, pipeline } = this.#context;
    return {
      url,
      store: this.#store,
      record: (entry) => this.#note(entry),
      environment: { ...environment, WebSocket: this.#wires.WebSocket },
      // What is shown is compared as it comes: nothing needs to be kept.
      limits: { messages: 1, notices: 0, members: 0, people: 0 },
      // Lines of one person go out together.
      pipeline,
      deliveredEveryMs,
      saveAfterMs: 2 ** 31 - 1,
      connection: { backoffCapMs: 3_000 },
      answerTimeoutMs: 30_000,
    };
  }

  #listen(client: ParleyClient): void {
    const { onRead, onReset, onError } = this.#context;
    client.on('message', (message) => this.#shown(message));
    client.on('change', (change) => {
      if (change.kind === 'readState') onRead(change.readState.conversationId, change.readState.read);
    });
    client.on('reset', ({ reason }) => onReset(reason));
    client.on('error', onError);
    let lostAt: number | null = null;
    client.on('state', ({ phase }) => {
      if (phase === 'waiting') lostAt ??= performance.now();
      if (phase !== 'live' || lostAt === null) return;
      this.#context.watch.onReconnected?.(performance.now() - lostAt);
      lostAt = null;
    });
  }

  async #timed(said: Promise<Accepted>): Promise<Accepted> {
    const saidAt = performance.now();
    const accepted = await said;
    this.#context.watch.onAccepted?.(performance.now() - saidAt);
    return accepted;
  }

  #shown(message: MessageView): void {
    const { conversationId, sequence } = message;
    const group = this.#context.groupOf(conversationId);
    if (group === undefined) return this.#context.onStranger(conversationId);
    const record = this.recordOf(group);
    record.shown.add(sequence);
    record.last = Math.max(record.last, sequence);
    const check = checkLine(message, group.model, this.#context.userIdOf);
    if (check !== 'right') record[check]++;
    this.#context.onShown();
  }

  #overheard(text: string): void {
    namesInChanges(text, (conversationId, sequence) => {
      const group = this.#context.groupOf(conversationId);
      if (group === undefined) this.#context.onStranger(conversationId);
      else this.recordOf(group).wire.add(sequence);
    });
  }

  #note(entry: RecordEntry): void {
    if (entry.event === 'received' || entry.event === 'repeated' || entry.event === 'sent') return;
    const group = 'conversationId' in entry ? this.#context.groupOf(entry.conversationId) : undefined;
    const at = group === undefined ? '' : ` in ${group.title} after ${this.records.get(group)?.last ?? 0}`;
    this.story.push(`${JSON.stringify(entry)}${at}`);
    if (this.story.length > storyLength) this.story.shift();
  }

  #resumeIdle(): void {
    for (const resume of this.#idle.splice(0)) resume();
  }

  #next(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {});
    return done;
  }
}
