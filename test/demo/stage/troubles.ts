import { ParleyClientError } from '@parley/client';
import type { MessageView } from '@parley/protocol';
import { compareHistory } from '../audit/compare-history.js';
import { hasWords, wordsOf } from '../audit/words.js';
import type { Random } from '../logs/random.js';
import { checkLine } from '../model/check-line.js';
import { newest, noSpans, sees } from '../model/group-model.js';
import type { Device } from './device.js';
import type { Group } from './group.js';
import { insist } from './insist.js';
import type { Person } from './person.js';
import type { Stage } from './stage.js';

/** How likely each is after a move. */
const chances = { read: 0.25, cut: 0.04, nap: 0.04, search: 0.03, page: 0.04 };
/** Moves that a nap lasts. */
const shortNap = { least: 10, most: 150 };
const longNap = { least: 100, most: 2_000 };
/** How likely a device is put away for long once its person has joined: a first one, and a further one. */
const putAway = { first: 0.15, further: 0.6 };

/** What goes on beside the logs: people read, search and page, devices lose their network or sleep for a while. */
export class Troubles {
  readonly #stage: Stage;
  readonly #random: Random;
  readonly #sleepers = new Map<Group, { wakeAt: number; person: Person; device: Device }[]>();

  constructor(stage: Stage, random: Random) {
    this.#stage = stage;
    this.#random = random;
  }

  /** After each move of a group. Nothing here is waited for. */
  after(group: Group, move: number): void {
    const { background } = this.#stage;
    this.#wakeSleepers(group, move);
    const random = this.#random;
    if (random.chance(chances.read)) this.#read(group);
    if (random.chance(chances.cut)) this.#cut(group);
    if (random.chance(chances.nap)) this.#nap(group, move);
    if (random.chance(chances.search)) background.run(() => this.#search(group));
    if (random.chance(chances.page)) background.run(() => this.#page(group));
  }

  /** Somebody has joined: some of their devices are put away for long. */
  joined(group: Group, move: number, person: Person): void {
    for (const [index, device] of person.devices.entries())
      if (device.connected && this.#random.chance(index === 0 ? putAway.first : putAway.further))
        this.#sleep(group, move, person, device, longNap);
  }

  #read(group: Group): void {
    const person = this.#somebody(group);
    const device = this.#random.pick(person.devices);
    if (device.connected && person.markRead(group, device)) this.#stage.figures.reads++;
  }

  #cut(group: Group): void {
    const device = this.#random.pick(this.#somebody(group).devices);
    if (!device.awake) return;
    device.cut();
    this.#stage.figures.cuts++;
  }

  #nap(group: Group, move: number): void {
    const person = this.#somebody(group);
    const device = this.#random.pick(person.devices);
    if (!device.connected) return;
    this.#sleep(group, move, person, device, shortNap);
  }

  #sleep(group: Group, move: number, person: Person, device: Device, nap: { least: number; most: number }): void {
    this.#stage.background.run(() => device.sleep());
    this.#stage.figures.naps++;
    const sleepers = this.#sleepers.get(group) ?? [];
    this.#sleepers.set(group, sleepers);
    sleepers.push({ wakeAt: move + nap.least + this.#random.below(nap.most - nap.least), person, device });
  }

  #wakeSleepers(group: Group, move: number): void {
    const sleepers = this.#sleepers.get(group);
    if (sleepers === undefined) return;
    const due = sleepers.filter(({ wakeAt }) => wakeAt <= move);
    if (due.length === 0) return;
    this.#sleepers.set(
      group,
      sleepers.filter(({ wakeAt }) => wakeAt > move),
    );
    for (const { person, device } of due) if (person.active) this.#stage.background.run(() => device.wake());
  }

  /** A hit may be of any group of theirs, and has to have the word. Which hits are missing is looked at in the end. */
  async #search(group: Group): Promise<void> {
    const person = this.#somebody(group);
    const line = group.model.lines[this.#random.below(group.accepted)];
    const words = [...wordsOf(line?.text ?? '')].filter((word) => /^[a-z0-9]{3,}$/.test(word));
    if (words.length === 0) return;
    const word = this.#random.pick(words);
    const { data } = await person.request(({ api }) => api.messages.search({ query: word, limit: 50 }));
    for (const { message } of data) {
      const { conversationId, sequence } = message;
      const from = this.#stage.groupOf(conversationId);
      const text = from?.model.lines[sequence - 1]?.text ?? '';
      if (from === undefined || !sees(from.model.spans.get(person.id) ?? noSpans, sequence))
        this.#stage.tally.fault('unauthorised', 1, () => `${person.id} found message ${sequence} of ${conversationId}`);
      else if (!hasWords(text, [word]))
        this.#stage.tally.fault('search', 1, () => `“${word}” found message ${sequence} of ${from.title}: ${text}`);
    }
    this.#stage.figures.searches++;
  }

  /** What a device has shown must be there to be read. */
  async #page(group: Group): Promise<void> {
    const person = this.#somebody(group);
    const device = this.#random.pick(person.devices);
    const last = device.recordOf(group).last;
    if (last < 2) return;
    const before = 2 + this.#random.below(last - 1);
    const limit = 10 + this.#random.below(91);
    const messages = await this.#pageOf(person, device, group, before, limit);
    if (messages === null) return;
    const due = newest(group.model.spans.get(person.id) ?? noSpans, before - 1, limit);
    const faults = compareHistory(messages, due, (message) => this.#isRight(group, message));
    const told = (): string => `${person.id}: ${limit} messages before ${before} of ${group.title}`;
    this.#stage.tally.fault('history', faults.mismatches, told);
    this.#stage.tally.fault('unauthorised', faults.unauthorised, told);
    this.#stage.figures.pages++;
  }

  /** Over the socket where there is one, else by REST. null: they have left meanwhile. */
  async #pageOf(
    person: Person,
    device: Device,
    { conversationId }: Group,
    before: number,
    limit: number,
  ): Promise<readonly MessageView[] | null> {
    try {
      if (!device.connected || this.#random.chance(0.5))
        return (await person.request(({ api }) => api.messages.list(conversationId, { before, limit }))).data;
      const release = device.hold();
      try {
        const page = await insist(() => device.client.history(conversationId, { before, limit }));
        return page.entries.flatMap((entry) => (entry.kind === 'message' ? [entry.message] : []));
      } finally {
        release();
      }
    } catch (error) {
      if (error instanceof ParleyClientError && error.code === 'conversation_not_found') return null;
      throw error;
    }
  }

  #isRight(group: Group, message: MessageView): boolean {
    return checkLine(message, group.model, (person) => this.#stage.person(person).userId) === 'right';
  }

  #somebody(group: Group): Person {
    return this.#stage.person(this.#random.pick([...group.here]));
  }
}
