import { setTimeout as sleep } from 'node:timers/promises';
import { searchRoutes } from '@parley/protocol';
import { auditPerson } from '../demo/audit/audit-person.js';
import { inventScripts, type InventedSize } from '../demo/logs/invent.js';
import { Random } from '../demo/logs/random.js';
import { inParallel, orStalled } from '../demo/stage/in-parallel.js';
import { play } from '../demo/stage/play.js';
import { Stage } from '../demo/stage/stage.js';
import { Troubles } from '../demo/stage/troubles.js';
import { Changes, type ChangesSize } from './changes/changes.js';
import type { LongConversation } from './changes/long-conversation.js';

export interface LoadOptions {
  readonly url: string;
  readonly seed: number;
  /** Different for each load on the same servers. */
  readonly number: number;
  readonly size: InventedSize;
  /** Between two moves of a group while there is time, ms. */
  readonly everyMs: number;
  readonly changes: ChangesSize;
  readonly long: LongConversation;
}

/** How long people waited, ms. */
export interface Waits {
  longestSendMs: number;
  longestGapMs: number;
}

const peopleAtOnce = 12;
const searchableMs = 60_000;
const endWithinMs = 10_000;

/**
 * People who talk through real sockets, read, search, lose their network and sleep: the demo, at a human pace. Others
 * change what was said.
 */
export class Load {
  readonly stage: Stage;
  readonly changes: Changes;
  #waits: Waits = { longestSendMs: 0, longestGapMs: 0 };
  #hurries = false;
  #talk: Promise<void> = Promise.resolve();

  constructor(private readonly options: LoadOptions) {
    const { url, seed, number, size, everyMs, changes, long } = options;
    const { cast, scripts } = inventScripts(seed, size);
    const pace = async (): Promise<void> => {
      if (!this.#hurries) await sleep(everyMs);
    };
    this.changes = new Changes({ url, seed, size: changes, long, pace });
    this.stage = new Stage(cast, scripts, {
      url,
      seed,
      devices: 2,
      deliveredEveryMs: 1_000,
      // Sends are refused while the event log is away: with several under way their order would be lost.
      pipeline: 1,
      firstNumber: number * 10_000,
      pace,
      watch: {
        onAccepted: (ms) => void (this.#waits.longestSendMs = Math.max(this.#waits.longestSendMs, ms)),
        onReconnected: (ms) => void (this.#waits.longestGapMs = Math.max(this.#waits.longestGapMs, ms)),
      },
    });
  }

  begin(): void {
    const { stage, changes, options } = this;
    const troubles = new Troubles(stage, new Random(options.seed + 2));
    const playing = inParallel(stage.groups, stage.groups.length, (group) =>
      play(stage, group, new Random(options.seed + 1_000 + group.index), troubles),
    ).then(() => stage.background.settled());
    this.#talk = orStalled(
      Promise.all([playing, changes.play()]).then(() => undefined),
      () => stage.figures.accepted + stage.figures.joins + stage.figures.shown + changes.progress,
      () =>
        [
          ...stage.groups.map(({ title, accepted, doing }) => `${title} after ${accepted} lines: ${doing}`),
          changes.doing,
        ].join('; '),
    );
    // It is waited for at the end.
    this.#talk.catch(() => undefined);
  }

  /** How long people wait from now on. */
  beginWaits(): Waits {
    this.#waits = { longestSendMs: 0, longestGapMs: 0 };
    return this.#waits;
  }

  /** What is still to be said is said without pauses. */
  hurry(): void {
    this.#hurries = true;
  }

  /** All is said. @throws Error when it cannot be */
  talked(): Promise<void> {
    return this.#talk;
  }

  /**
   * Everything that everybody has and can read, against the scripts and what was answered: in `stage.tally`. Waits until
   * search has it all.
   */
  async compare(): Promise<void> {
    const { stage, changes, options } = this;
    await this.#searchable();
    let people = 0;
    const comparing = inParallel(stage.people, peopleAtOnce, async (person, index) => {
      await auditPerson(stage, person, new Random(options.seed + 100_000 + index));
      people++;
    });
    await orStalled(
      Promise.all([comparing, changes.compare(stage.tally, () => people++)]).then(() => undefined),
      () => people + stage.figures.shown,
      () => `${people} people are done`,
    );
    await stage.background.settled();
    stage.tally.counts.messages = stage.figures.accepted + changes.messages;
  }

  /** Nobody stays connected, whatever has happened. */
  async end(): Promise<void> {
    const asleep = this.stage.people.flatMap(({ devices }) => devices.map((device) => device.sleep()));
    await Promise.race([Promise.allSettled([...asleep, this.changes.end()]), sleep(endWithinMs)]);
  }

  async #searchable(): Promise<void> {
    const [person] = this.stage.people;
    if (person === undefined) return;
    const until = performance.now() + searchableMs;
    while (performance.now() < until) {
      const { state } = await person.request(({ api }) => api.messages.search({ query: 'hello', limit: 1 }));
      if (state === 'ready') return;
      await sleep(200);
    }
    throw new Error(`${searchRoutes.search.path} is still not ready after ${searchableMs / 1000} s`);
  }
}
