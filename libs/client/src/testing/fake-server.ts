import {
  type ClientFrame,
  clientFrame,
  type ClientFrameOf,
  errors,
  type ErrorCode,
  type ServerFrame,
  serverFrame,
} from '@parley/protocol';
import type { FakeLog } from './fake-log.js';
import type { Network, ServerEnd } from './fake-socket.js';
import type { Simulation } from './simulation.js';

interface FakeSession {
  readonly end: ServerEnd;
  userId: string;
  live: boolean;
  /** Everything up to here was sent. */
  pushed: number;
  echo: boolean;
  /** Messages that were sent here, by id. */
  readonly own: Set<string>;
  /** Frames that leave together. */
  readonly gathered: string[];
}

export interface Faults {
  /** Probabilities, each decided by the simulation's chance. */
  refuse: number;
  duplicate: number;
  /** A live message is left out, though the cursor passes it. */
  omit: number;
  /** Longest delays in milliseconds. */
  acceptDelayMs: number;
  projectDelayMs: number;
  latencyMs: number;
  /** Frames of so long leave together. 0: each by itself. */
  gatherMs: number;
}

const time = '2026-01-01T00:00:00.000Z';

/**
 * The edge of a server as far as one device can tell, over a log that outlives it. Every frame in both directions is
 * checked by the protocol's schemas. The token is the user's id.
 */
export class FakeServer implements Network {
  readonly log: FakeLog;
  readonly faults: Faults = {
    refuse: 0,
    duplicate: 0,
    omit: 0,
    acceptDelayMs: 0,
    projectDelayMs: 0,
    latencyMs: 0,
    gatherMs: 0,
  };
  readonly received: ClientFrame[] = [];
  readonly hellos: ClientFrameOf<'hello'>[] = [];
  heartbeatMs = 10_000;
  listening = true;
  /** Answers nothing and says nothing: frames are read and forgotten. */
  mute = false;
  pageSize = 7;
  /** Everything up to here can be read. */
  projected = 0;
  readonly #simulation: Simulation;
  readonly #sessions = new Set<FakeSession>();
  #projecting = false;

  constructor(simulation: Simulation, log: FakeLog) {
    this.#simulation = simulation;
    this.log = log;
  }

  latency(): number {
    return this.#simulation.random() * this.faults.latencyMs;
  }

  accept(end: ServerEnd): boolean {
    if (!this.listening) return false;
    const session: FakeSession = { end, userId: '', live: false, pushed: 0, echo: true, own: new Set(), gathered: [] };
    this.#sessions.add(session);
    end.onGone = () => void this.#sessions.delete(session);
    end.onText = (text) => {
      const parsed: unknown = JSON.parse(text);
      for (const frame of Array.isArray(parsed) ? parsed : [parsed]) this.#receive(session, clientFrame.parse(frame));
    };
    return true;
  }

  /** Kills every connection; what was accepted stays. */
  restart(code = 1006): void {
    for (const session of this.#sessions) session.end.close(code);
    this.#sessions.clear();
  }

  broadcast(frame: ServerFrame): void {
    for (const session of this.#sessions) this.#send(session, frame);
  }

  /** The log has grown: makes it readable, and pushes it, after a while. */
  project(): void {
    if (this.#projecting || this.projected >= this.log.position) return;
    this.#projecting = true;
    this.#simulation.after(this.#simulation.random() * this.faults.projectDelayMs, () => {
      this.#projecting = false;
      this.projected = this.log.position;
      for (const session of this.#sessions) if (session.live) this.#push(session);
      this.project();
    });
  }

  #push(session: FakeSession): void {
    const upTo = this.projected;
    const news = this.log.journal.filter(
      ({ position, userId }) => userId === session.userId && position > session.pushed && position <= upTo,
    );
    session.pushed = upTo;
    const changes = news
      .map(({ change }) => change)
      .filter((change) => {
        // Nobody could notice that a later change of a message is left out: servers must not do it.
        if (change.kind !== 'message' || !this.log.isBirth(change.message, change.position)) return true;
        if (!session.echo && session.own.has(change.message.id)) return false;
        return !this.#simulation.chance(this.faults.omit);
      });
    if (changes.length > 0) this.#send(session, { type: 'changes', changes, cursor: cursorOf(upTo), live: true });
  }

  #receive(session: FakeSession, frame: ClientFrame): void {
    if (this.mute || !this.#sessions.has(session)) return;
    this.received.push(frame);
    if (frame.type === 'hello') this.#hello(session, frame);
    else if (frame.type === 'ping') this.#send(session, { type: 'pong' });
    else if (frame.type === 'sync') this.#sync(session, frame.cursor, frame.ref);
    else if ('ref' in frame && frame.ref !== undefined) this.#request(session, frame, frame.ref);
  }

  #hello(session: FakeSession, frame: ClientFrameOf<'hello'>): void {
    this.hellos.push(frame);
    const userId = frame.token ?? '';
    if (userId === '') {
      this.#refuse(session, 'unauthenticated');
      session.end.close(4500);
      return;
    }
    session.userId = userId;
    session.echo = frame.echo !== false;
    const { heartbeatMs } = this;
    this.#send(session, {
      type: 'welcome',
      sessionId: 'ses_1',
      userId,
      deviceId: 'dev_1',
      heartbeatMs,
      serverTime: time,
    });
    if (frame.sync !== false) this.#sync(session, frame.cursor);
  }

  #sync(session: FakeSession, cursor: string | undefined, ref?: number): void {
    session.live = false;
    if (cursor !== undefined && !/^c\d+$/.test(cursor)) return this.#refuse(session, 'invalid_cursor', ref);
    let from = cursor === undefined ? this.#snapshot(session) : Number(cursor.slice(1));
    const page = (): void => {
      if (!this.#sessions.has(session)) return;
      const news = this.log.changes(session.userId, from, this.projected).slice(0, this.pageSize);
      from = news.length < this.pageSize ? this.projected : (news.at(-1)?.place ?? this.projected);
      const changes = news.map(({ change }) => change);
      if (changes.length > 0) this.#send(session, { type: 'changes', changes, cursor: cursorOf(from), live: false });
      if (from < this.projected) return void this.#simulation.after(this.latency(), page);
      session.live = true;
      session.pushed = from;
      this.#send(session, { type: 'caught_up', cursor: cursorOf(from), ...(ref === undefined ? {} : { ref }) });
    };
    page();
  }

  /** Entries are of the log's end, the cursor is of what is projected: the overlap comes twice. */
  #snapshot(session: FakeSession): number {
    const ids = [...this.log.conversations.keys()].filter((id) => this.log.isMember(id, session.userId));
    const entries = ids.map((id) => this.log.entry(id, session.userId));
    const half = Math.ceil(entries.length / 2);
    this.#send(session, { type: 'snapshot', entries: entries.slice(0, half), more: true });
    const cursor = cursorOf(this.projected);
    this.#send(session, { type: 'snapshot', entries: entries.slice(half), cursor, more: false });
    return this.projected;
  }

  #request(session: FakeSession, frame: ClientFrame & { ref?: number | undefined }, ref: number): void {
    if (this.#simulation.chance(this.faults.refuse)) return this.#refuse(session, 'log_unavailable', ref);
    if ('conversationId' in frame && !this.log.isMember(frame.conversationId, session.userId))
      return this.#refuse(session, 'conversation_not_found', ref);
    if (frame.type === 'send') this.#accept(session, frame);
    else if (frame.type === 'history') this.#answer(session, this.#history(session, frame));
    else if (frame.type === 'presence_subscribe') {
      const people = frame.userIds.map((userId) => ({ userId, state: 'online' as const, lastSeen: null }));
      this.#answer(session, { type: 'presence', ref, people });
    } else {
      this.#carryOut(session, frame);
      this.#answer(session, { type: 'done', ref });
    }
    this.project();
  }

  #answer(session: FakeSession, reply: ServerFrame, then: () => void = () => {}): void {
    this.#simulation.after(this.#simulation.random() * this.faults.acceptDelayMs, () => {
      this.#send(session, reply);
      then();
    });
  }

  #accept(session: FakeSession, frame: ClientFrameOf<'send'>): void {
    const { ref, conversationId, clientMessageId } = frame;
    const result = this.log.send(session.userId, frame);
    if (result === null) return this.#refuse(session, 'idempotency_conflict', ref);
    const { sequence, position, repeated } = result;
    const messageId = `msg_${session.userId}_${conversationId}_${clientMessageId}`;
    const place = { messageId, sequence, time, position: String(position) };
    const reply: ServerFrame = { type: 'accepted', ref, conversationId, ...place, ...(repeated ? { repeated } : {}) };
    // Left out of what is pushed only behind the answer: lost with one another or not at all.
    this.#answer(session, reply, () => void session.own.add(messageId));
  }

  #carryOut({ userId }: FakeSession, frame: ClientFrame): void {
    if (frame.type === 'edit')
      this.log.change(frame.conversationId, frame.sequence, (message) => ({
        ...message,
        content: frame.content,
        editedAt: time,
      }));
    else if (frame.type === 'delete')
      this.log.change(
        frame.conversationId,
        frame.sequence,
        ({ content: _content, mentions: _mentions, ...message }) => ({
          ...message,
          deletedAt: time,
        }),
      );
    else if (frame.type === 'read') this.log.read(frame.conversationId, userId, frame.upTo);
  }

  #history(session: FakeSession, frame: ClientFrameOf<'history'>): ServerFrame {
    const { ref, conversationId, before = Infinity, after = 0, limit = 50 } = frame;
    const all = this.log.visible(conversationId, session.userId, this.projected);
    const wanted = all.filter(({ message: { sequence } }) => sequence > after && sequence < before);
    const page = frame.before === undefined ? wanted.slice(0, limit) : wanted.slice(-limit);
    const hasMore = wanted.length > page.length;
    return {
      type: 'history',
      ref,
      conversationId,
      entries: page.map((each) => ({ kind: 'message', ...each })),
      hasMoreBefore: frame.before === undefined ? after > 0 : hasMore,
      hasMoreAfter: frame.before === undefined ? hasMore : true,
    };
  }

  #refuse(session: FakeSession, code: ErrorCode, ref?: number): void {
    const { number, retryable, title } = errors[code];
    const optional = ref === undefined ? {} : { ref };
    this.#send(session, { type: 'error', code, number, message: title, retryable, ...optional });
  }

  #send(session: FakeSession, frame: ServerFrame): void {
    if (this.mute || !this.#sessions.has(session)) return;
    const text = JSON.stringify(serverFrame.parse(frame));
    this.#write(session, text);
    if (frame.type === 'changes' && this.#simulation.chance(this.faults.duplicate)) this.#write(session, text, text);
  }

  /** One frame leaves as it is, several as an array. */
  #write(session: FakeSession, ...texts: readonly string[]): void {
    const leaving = session.gathered.length > 0;
    session.gathered.push(...texts);
    if (leaving) return;
    const leave = (): void => {
      const frames = session.gathered.splice(0);
      session.end.send(frames.length === 1 ? frames.join() : `[${frames.join()}]`);
    };
    if (this.faults.gatherMs === 0) leave();
    else this.#simulation.after(this.#simulation.random() * this.faults.gatherMs, leave);
  }
}

const cursorOf = (position: number): string => `c${position}`;
