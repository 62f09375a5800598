import { partitionOfStream } from '@parley/kafka';
import type { EventFeed, EventLogReader, FeedConsumer, FeedMembership } from '@parley/ports';
import { setTimeout as pause } from 'node:timers/promises';

/** Consumer groups over a log, in one process: members come, go and crash, and partitions move at once. */
export class Groups {
  readonly partitions = 3;
  readonly #members = new Map<string, Member[]>();

  constructor(private readonly log: Pick<EventLogReader, 'subscribe'>) {}

  partitionOf(stream: string): number {
    return partitionOfStream(stream, this.partitions);
  }

  /** As one process joins: what it joined can crash together. */
  forProcess(): { readonly feed: EventFeed; crash(): void } {
    const own: Member[] = [];
    const { partitions } = this;
    return {
      feed: {
        partitions,
        partitionOf: (stream) => this.partitionOf(stream),
        join: (group, consumer) => {
          const member = new Member(
            this.log,
            (stream) => this.partitionOf(stream),
            consumer,
            (gone) => this.#move(group, (members) => members.filter((each) => each !== gone)),
          );
          own.push(member);
          void this.#move(group, (members) => [...members, member]);
          return member;
        },
      },
      crash: () => {
        for (const member of own) member.crash();
        for (const group of this.#members.keys()) {
          void this.#move(group, (members) => members.filter((member) => !own.includes(member)));
        }
      },
    };
  }

  async #move(group: string, change: (members: readonly Member[]) => Member[]): Promise<void> {
    const members = change(this.#members.get(group) ?? []);
    this.#members.set(group, members);
    const shares = members.map((_, index) => (partition: number) => partition % members.length === index);
    await Promise.all(members.map((member, index) => member.own(shares[index] ?? (() => false), this.partitions)));
  }
}

interface Running {
  readonly end: AbortController;
  readonly done: Promise<void>;
}

class Member implements FeedMembership {
  readonly #running = new Map<number, Running>();

  constructor(
    private readonly log: Pick<EventLogReader, 'subscribe'>,
    private readonly partitionOf: (stream: string) => number,
    private readonly consumer: FeedConsumer,
    private readonly onClose: (member: Member) => Promise<void>,
  ) {}

  get partitions(): readonly number[] {
    return [...this.#running.keys()];
  }

  /** Nobody waits for what it still does: for a moment it believes that it has what others have by now. */
  crash(): void {
    for (const { end } of this.#running.values()) end.abort();
    this.#running.clear();
  }

  async own(isOurs: (partition: number) => boolean, partitions: number): Promise<void> {
    for (let partition = 0; partition < partitions; partition++) {
      const running = this.#running.get(partition);
      if (running !== undefined && !isOurs(partition)) {
        this.#running.delete(partition);
        running.end.abort();
      } else if (running === undefined && isOurs(partition)) {
        const end = new AbortController();
        this.#running.set(partition, { end, done: this.#run(partition, end.signal) });
      }
    }
  }

  lag(): Promise<number | null> {
    return Promise.resolve(null);
  }

  async close(): Promise<void> {
    const running = [...this.#running.values()];
    this.crash();
    await this.onClose(this);
    await Promise.all(running.map(({ done }) => done));
  }

  async #run(partition: number, signal: AbortSignal): Promise<void> {
    const after = await insist(() => this.consumer.begin(partition), signal);
    if (after !== null) {
      const subscription = this.log.subscribe({ after, maxBatch: 200 });
      signal.addEventListener('abort', () => subscription.close(), { once: true });
      if (signal.aborted) subscription.close();
      for await (const { events, checkpoint, live } of subscription) {
        const own = events.filter(({ stream }) => this.partitionOf(stream) === partition);
        const batch = { events: own, checkpoint, live };
        if ((await insist(() => this.consumer.take(partition, batch, signal).then(() => true), signal)) === null) break;
      }
    }
    this.consumer.end(partition);
  }
}

async function insist<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T | null> {
  while (!signal.aborted) {
    try {
      return await work();
    } catch {
      await pause(50, undefined, { signal }).catch(() => undefined);
    }
  }
  return null;
}
