import type { Cast } from '../logs/cast.js';
import { Random } from '../logs/random.js';
import type { Script } from '../logs/script.js';
import { Tally } from '../audit/tally.js';
import { Background } from './background.js';
import type { DeviceWatch } from './device.js';
import { Group } from './group.js';
import { leanFetch } from './http.js';
import { Person } from './person.js';
import { usernameOf } from './username.js';

export interface StageOptions {
  readonly url: string;
  readonly seed: number;
  /** Devices that one person has at most. */
  readonly devices: number;
  /** How often a device tells what has arrived. */
  readonly deliveredEveryMs: number;
  /** See the client; default 64. With 1 the order of lines holds where the server refuses some for a while. */
  readonly pipeline?: number;
  /** Numbers people, for names that no other stage on the same server has. Default 1. */
  readonly firstNumber?: number;
  /** What each group waits for before each move. Default: nothing. */
  readonly pace?: () => Promise<void>;
  readonly watch?: DeviceWatch;
}

/** Everything of a run: groups, people, and what was counted. */
export class Stage {
  readonly groups: readonly Group[];
  readonly tally = new Tally();
  readonly background = new Background();
  /** Of things that no log decides. */
  readonly random: Random;
  /** Lines in all logs. */
  readonly lines: number;
  /** Waited for before each move. */
  readonly pace: () => Promise<void>;
  readonly figures = {
    /** Lines accepted. */
    accepted: 0,
    /** Accepted a second time: the first answer was lost. */
    repeated: 0,
    /** Messages shown by devices. */
    shown: 0,
    joins: 0,
    leaves: 0,
    renames: 0,
    cuts: 0,
    naps: 0,
    reads: 0,
    searches: 0,
    pages: 0,
    resets: 0,
    /** Came over a wire more than once; devices show them once. */
    redelivered: 0,
    kills: 0,
  };
  readonly #people = new Map<string, Person>();
  readonly #groupsById = new Map<string, Group>();

  constructor(cast: Cast, scripts: readonly Script[], options: StageOptions) {
    this.random = new Random(options.seed);
    this.pace = options.pace ?? (() => Promise.resolve());
    this.groups = scripts.map((script, index) => new Group(index, script));
    this.lines = this.groups.reduce((sum, { model }) => sum + model.lines.length, 0);
    const names = [
      ...cast.people.map(({ id, firstName }) => ({ id, name: firstName })),
      ...this.groups.map(({ keeper, title }) => ({ id: keeper, name: `Keeper of ${title}` })),
    ];
    const random = new Random(options.seed + 1);
    const taking = new Set(this.groups.flatMap(({ model }) => [...model.spans.keys()]));
    for (const [index, { id, name }] of names.entries()) {
      const devices = deviceCount(random, options.devices);
      if (taking.has(id))
        this.#people.set(id, this.#personOf(id, name, index + (options.firstNumber ?? 1), devices, options));
    }
  }

  get people(): readonly Person[] {
    return [...this.#people.values()];
  }

  takesPart(id: string): boolean {
    return this.#people.has(id);
  }

  person(id: string): Person {
    const person = this.#people.get(id);
    if (person === undefined) throw new Error(`nobody is called ${id}`);
    return person;
  }

  /** The group has its conversation from now on. */
  opened(group: Group, conversationId: string): void {
    group.conversationId = conversationId;
    this.#groupsById.set(conversationId, group);
  }

  groupOf(conversationId: string): Group | undefined {
    return this.#groupsById.get(conversationId);
  }

  #personOf(id: string, name: string, number: number, devices: number, options: StageOptions): Person {
    const jitter = new Random(options.seed + number);
    return new Person(id, usernameOf(name, number), name, devices, {
      url: options.url,
      environment: { fetch: leanFetch, random: () => jitter.next() },
      deliveredEveryMs: options.deliveredEveryMs,
      pipeline: options.pipeline ?? 64,
      watch: options.watch ?? {},
      groupOf: (conversationId) => this.groupOf(conversationId),
      userIdOf: (person) => this.person(person).userId,
      onShown: () => void this.figures.shown++,
      onStranger: (conversationId) =>
        this.tally.fault(
          'unauthorised',
          1,
          () => `${id} got a message of ${conversationId}, which is no group of theirs`,
        ),
      onReset: () => void this.figures.resets++,
      onError: (error) =>
        this.background.run(async () => {
          throw error;
        }),
    });
  }
}

/** Most people have one device, few have three. */
function deviceCount(random: Random, most: number): number {
  const chance = random.next();
  return Math.min(most, chance < 0.6 ? 1 : chance < 0.9 ? 2 : 3);
}
