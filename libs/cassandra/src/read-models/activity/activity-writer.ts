import type { CassandraClient } from '../../client/index.js';
import { Recent } from '../common/recent.js';
import { readConcurrency, Writes } from '../common/writes.js';
import { mapBounded } from '../../client/index.js';
import { dayOf, largeConversation } from '../layout.js';
import { WatermarkRows } from '../watermarks/watermark-rows.js';
import { ActivityRows, dayRecord, insertActivity } from './activity-rows.js';
import type { News } from './news.js';
import { Pace } from './pace.js';

/** Members of conversations that are kept, all together. */
const knownMembers = 200_000;

/** Who is to be told of a conversation, and what of it is noted already. */
interface Audience {
  /** null: too many; each looks there directly. */
  readonly members: ReadonlySet<string> | null;
  readonly day: number;
  /** Noted for all of them up to this position. */
  readonly upTo: number;
}

export interface ActivityOptions {
  readonly client: CassandraClient;
  /** Of watermarks. */
  readonly generation: number;
  /** Of the feed. */
  readonly partition: number;
  /** ms since 1970 UTC. */
  readonly now: () => number;
}

/**
 * Notes for each member of a conversation on which day something happened there, and up to which position: an index that
 * says where to look, no more. A busy conversation is noted ahead of itself, by about a minute's worth of positions, so
 * that it does not cost a row a member and batch; who looks there in vain loses a read.
 */
export class ActivityWriter {
  readonly #audiences = new Recent<Audience>(knownMembers);
  readonly #pace: Pace;
  /** Activity from here on is noted on this day or later. */
  #next = 0;
  #day = 0;

  private constructor(private readonly options: ActivityOptions) {
    this.#pace = new Pace(options.now);
  }

  /** Says first that what comes after the checkpoint will be noted from today on. */
  static async open(options: ActivityOptions, checkpoint: number): Promise<ActivityWriter> {
    const writer = new ActivityWriter(options);
    const [last] = await new ActivityRows(options.client, options.generation).days(options.partition);
    writer.#next = checkpoint + 1;
    // A clock that goes after another one's must not note on a day that readers think is over.
    writer.#day = last?.day ?? 0;
    await writer.#begin(Math.max(writer.#day, dayOf(options.now())));
    return writer;
  }

  /** Before the rows that say who is a member. `late`: of a parked event, written as of this position. */
  async note(news: readonly News[], late?: number): Promise<void> {
    if (news.length === 0) return;
    const day = Math.max(this.#day, dayOf(this.options.now()));
    if (day > this.#day) await this.#begin(day);
    const end = Math.max(...news.map(({ to }) => to));
    const ahead = this.#pace.ahead(end);
    const writes = new Writes();
    const after = await mapBounded(news, readConcurrency, async (item) => {
      const before = this.#audiences.get(item.conversationId) ?? (await this.#load(item.conversationId));
      return { item, audience: this.#noteOne(writes, item, before, day, ahead, late) };
    });
    for (const { item } of after) this.#audiences.delete(item.conversationId);
    await writes.send(this.options.client);
    for (const { item, audience } of after) {
      this.#audiences.set(item.conversationId, audience, (audience.members?.size ?? 0) + 1);
    }
    this.#next = Math.max(this.#next, end + 1);
  }

  #noteOne(writes: Writes, news: News, before: Audience, day: number, ahead: number, late?: number): Audience {
    const members = membersAfter(before.members, news.audience);
    if (members === null) return { members, day, upTo: 0 };
    const noted = before.day === day && news.to <= before.upTo;
    const upTo = noted ? before.upTo : news.to + ahead;
    const concerned = new Set(news.audience.map(({ userId }) => userId));
    if (!noted) for (const userId of [...(before.members ?? []), ...members]) concerned.add(userId);
    for (const userId of concerned) {
      const { generation } = this.options;
      const at = late ?? news.to;
      writes.add(`${userId} ${day}`, insertActivity(at, generation, userId, day, news.conversationId, upTo));
    }
    return { members, day, upTo };
  }

  async #load(conversationId: string): Promise<Audience> {
    const members = new Set<string>();
    const rows = new WatermarkRows(this.options.client, this.options.generation);
    for await (const page of rows.everybody(conversationId)) {
      for (const [userId, { member }] of page) if (member) members.add(userId);
      if (members.size > largeConversation) return { members: null, day: 0, upTo: 0 };
    }
    return { members, day: 0, upTo: 0 };
  }

  async #begin(day: number): Promise<void> {
    const { client, generation, partition } = this.options;
    await client.write(dayRecord(generation, partition, day, this.#next));
    this.#day = day;
  }
}

/** Once there are too many they are no longer counted: whoever is in it then has been told to look there directly. */
function membersAfter(before: ReadonlySet<string> | null, changes: News['audience']): ReadonlySet<string> | null {
  if (before === null || changes.length === 0) return before;
  const members = new Set(before);
  for (const { userId, member } of changes) {
    if (member) members.add(userId);
    else members.delete(userId);
  }
  return members.size > largeConversation ? null : members;
}
