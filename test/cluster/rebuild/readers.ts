import { type Change, queryRoutes, type Route, searchRoutes } from '@parley/protocol';
import { setTimeout as pause } from 'node:timers/promises';
import type { Person } from '../../kit/people.js';
import { type CallInput, call } from '../../kit/rest.js';
import { marked, marker, type RebuildScene } from './scene.js';

const pauseMs = 100;

/** Reads everything there is to read through one gateway, again and again: nothing may fail, or be less than before. */
export class Reader {
  readonly troubles: string[] = [];
  reads = 0;
  readonly #highest = new Map<string, number>();
  readonly #end = new AbortController();
  readonly #done: Promise<void>;

  constructor(
    private readonly scene: RebuildScene,
    private readonly gateway: string,
    private readonly person: Person,
  ) {
    this.#done = this.#run();
  }

  async stop(): Promise<void> {
    this.#end.abort();
    await this.#done;
  }

  async #run(): Promise<void> {
    while (!this.#end.signal.aborted) {
      for (const read of [
        () => this.#history(),
        () => this.#list(),
        () => this.#members(),
        () => this.#watermarks(),
        () => this.#search(),
        () => this.#people(),
      ]) {
        await read().catch((error: unknown) => this.troubles.push(String(error)));
        await pause(pauseMs);
      }
    }
  }

  async #history(): Promise<void> {
    const conversationId = this.#any();
    const params = { conversationId };
    const page = await this.#get(queryRoutes.listMessages, { params, query: { limit: 20 } });
    const sequences = (page.data as { sequence: number }[]).map(({ sequence }) => sequence);
    const [first = 0] = sequences;
    if (sequences.some((sequence, index) => Math.abs(sequence - first) !== index)) {
      this.troubles.push(`a hole in ${conversationId}: ${sequences.join()}`);
    }
    this.#rises(`history ${conversationId}`, Math.max(0, ...sequences));
    await this.#get(queryRoutes.getMessage, { params: { conversationId, sequence: 7 } });
  }

  async #list(): Promise<void> {
    const page = await this.#get(queryRoutes.listConversations, { query: { limit: 50 } });
    const entries = page.data as { conversation: { id: string }; lastMessage: { sequence: number } | null }[];
    this.#rises('conversations', entries.length);
    for (const { conversation, lastMessage } of entries) {
      this.#rises(`list ${conversation.id}`, lastMessage?.sequence ?? 0);
    }
  }

  async #members(): Promise<void> {
    const page = await this.#get(queryRoutes.listMembers, {
      params: { conversationId: this.#any() },
      query: { limit: 50 },
    });
    if ((page.data as unknown[]).length < this.scene.people.length - 1) this.troubles.push('members are missing');
  }

  async #watermarks(): Promise<void> {
    const conversationId = this.#any();
    const page = await this.#get(queryRoutes.listReceipts, { params: { conversationId }, query: { limit: 50 } });
    for (const { userId, read } of page.data as { userId: string; read: number }[]) {
      this.#rises(`read ${conversationId} ${userId}`, read);
    }
  }

  async #search(): Promise<void> {
    const page = await this.#get(searchRoutes.search, { query: { query: marker, limit: 50 } });
    const found = (page.data as unknown[]).length;
    if (found !== marked) this.troubles.push(`${found} of ${marked} messages were found`);
  }

  async #people(): Promise<void> {
    const { people } = this.scene;
    const person = people[this.reads % people.length];
    const found = await this.#get(queryRoutes.getPerson, { params: { userId: person?.userId ?? '' } });
    this.#rises(`name of ${person?.username}`, Number((found.displayName as string).split(' ')[1] ?? 0));
  }

  async #get(route: Route, input: CallInput): Promise<Record<string, unknown>> {
    this.reads++;
    const answer = await call(this.gateway, route, { ...input, token: this.person.token });
    if (answer.status !== 200) throw new Error(`${route.path}: ${answer.status} ${answer.text.slice(0, 300)}`);
    return answer.body as Record<string, unknown>;
  }

  #rises(what: string, value: number): void {
    const before = this.#highest.get(what) ?? 0;
    if (value < before) this.troubles.push(`${what} went back from ${before} to ${value}`);
    this.#highest.set(what, Math.max(before, value));
  }

  #any(): string {
    const { conversations } = this.scene;
    return conversations[this.reads % conversations.length] ?? '';
  }
}

/** A device that asks what changed, sometimes through the one gateway and sometimes through the other. */
export class Device {
  /** Sequences that came as a message, by conversation. */
  readonly messages = new Map<string, Set<number>>();
  readonly troubles: string[] = [];
  #cursor: string | null = null;
  #asked = 0;
  readonly #end = new AbortController();
  #done: Promise<void> = Promise.resolve();

  private constructor(
    private readonly scene: RebuildScene,
    private readonly person: Person,
  ) {}

  /** Resolves once it has the beginning from which it hears of everything. */
  static async begin(scene: RebuildScene, person: Person): Promise<Device> {
    const device = new Device(scene, person);
    await device.catchUp();
    device.#done = device.#run();
    return device;
  }

  async stop(): Promise<void> {
    this.#end.abort();
    await this.#done;
  }

  /** Asks on until the gateway that is asked knows no more. */
  async catchUp(): Promise<void> {
    while (await this.#ask());
  }

  async #run(): Promise<void> {
    while (!this.#end.signal.aborted) {
      await this.#ask().catch((error: unknown) => this.troubles.push(String(error)));
      await pause(pauseMs);
    }
  }

  async #ask(): Promise<boolean> {
    const { gateways } = this.scene;
    const gateway = gateways[this.#asked++ % gateways.length] ?? '';
    const query = { limit: 500, cursor: this.#cursor ?? undefined };
    const answer = await call(gateway, queryRoutes.sync, { query, token: this.person.token });
    if (answer.status !== 200) throw new Error(`sync: ${answer.status} ${answer.text.slice(0, 300)}`);
    const { changes, cursor, hasMore } = answer.body as { changes: Change[]; cursor: string; hasMore: boolean };
    for (const change of changes) {
      if (change.kind !== 'message') continue;
      const { conversationId, sequence } = change.message;
      this.messages.set(conversationId, (this.messages.get(conversationId) ?? new Set()).add(sequence));
    }
    this.#cursor = cursor;
    return hasMore;
  }
}
