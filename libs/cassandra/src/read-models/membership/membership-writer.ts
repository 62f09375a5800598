import type { MembershipOperation } from '@parley/ports';
import type { RowWriter } from '../../checkpoints/index.js';
import { type CassandraClient, mapBounded } from '../../client/index.js';
import { checkAll, type Checks, count, key } from '../common/checks.js';
import { Recent } from '../common/recent.js';
import { readConcurrency, Writes } from '../common/writes.js';
import { bucketOfMember, bucketOfPosition } from '../layout.js';
import { countStep, type Member, type MemberCount, noMembers, stepMember } from './membership-fold.js';
import * as rows from './membership-rows.js';

/** Conversations whose counts are kept. */
const knownCounts = 20_000;

const checks: Readonly<Record<MembershipOperation['type'], Checks>> = {
  open: { userId: key, role: key, afterSequence: count },
  close: { userId: key, state: key, untilSequence: count },
  'set-role': { userId: key, role: key },
};

/** A batch's part in one conversation. */
interface Part {
  readonly conversationId: string;
  readonly before: MemberCount | null;
  count: MemberCount;
  /** As they are after the batch. */
  readonly members: Map<string, Member>;
  /** Where their last windows began before, or in between. */
  readonly changes: { readonly position: number; readonly userId: string }[];
}

/**
 * Writes one generation of membership: the lists by conversation, then the person's own row, which the next batch goes
 * by, then the count, which says that everything below is there.
 */
export class MembershipWriter implements RowWriter<MembershipOperation> {
  readonly #counts = new Recent<MemberCount>(knownCounts);
  readonly #rows: rows.MembershipRows;

  constructor(
    private readonly client: CassandraClient,
    private readonly generation: number,
  ) {
    this.#rows = new rows.MembershipRows(client, generation);
  }

  async write(operations: readonly MembershipOperation[], late?: number): Promise<void> {
    checkAll(operations, checks);
    const parts = await this.#parts(operations, late !== undefined);
    const lists = new Writes();
    const people = new Writes();
    const counts = new Writes();
    for (const part of parts) {
      this.#addLists(lists, part, late);
      await this.#addPeople(people, part, late);
      const { position, members, listed, counted, changed, large } = part.count;
      counts.add(
        part.conversationId,
        rows.insertCount(
          late ?? position,
          this.generation,
          part.conversationId,
          position,
          members,
          listed,
          counted,
          changed,
          large,
        ),
      );
    }
    for (const writes of [lists, people, counts]) await writes.send(this.client);
    for (const part of parts) this.#counts.set(part.conversationId, part.count);
  }

  async #parts(operations: readonly MembershipOperation[], late: boolean): Promise<readonly Part[]> {
    const byConversation = [...Map.groupBy(operations, ({ conversationId }) => conversationId)];
    const heads = await mapBounded(byConversation, readConcurrency, async ([conversationId, own]) => {
      const before = this.#counts.get(conversationId) ?? (await this.#rows.count(conversationId));
      const missing = late ? own : own.filter(({ position }) => position > (before?.position ?? -1));
      return { conversationId, before, missing };
    });
    const concerned = heads.filter(({ missing }) => missing.length > 0);
    const people = concerned.flatMap(({ conversationId, missing }) =>
      [...new Set(missing.map(({ userId }) => userId))].map((userId) => ({ conversationId, userId })),
    );
    const found = await mapBounded(people, readConcurrency, ({ conversationId, userId }) =>
      this.#rows.member(conversationId, userId),
    );
    const members = Map.groupBy(
      found.filter((member) => member !== null),
      ({ conversationId }) => conversationId,
    );
    return concerned.map(({ conversationId, before, missing }) =>
      foldPart(conversationId, before, members.get(conversationId) ?? [], missing, late),
    );
  }

  #addLists(writes: Writes, { conversationId: id, members, changes, before, count: after }: Part, late?: number) {
    const { generation } = this;
    for (const member of members.values()) {
      const { bucket, changed } = member;
      const at = late ?? changed;
      writes.add(`m ${id} ${bucket}`, rows.conversationRow(at, generation, member));
    }
    const buckets = new Set<number>();
    for (const { position, userId } of changes) {
      // Whoever was there at the start sees nothing from before it.
      if (before === null && position === changes[0]?.position) continue;
      const bucket = bucketOfPosition(position);
      buckets.add(bucket);
      writes.add(`c ${id} ${bucket}`, rows.insertChange(late ?? position, generation, id, bucket, position, userId));
    }
    const at = late ?? after.position;
    for (const bucket of buckets) writes.add(`d ${id}`, rows.insertChangeBucket(at, generation, id, bucket));
  }

  async #addPeople(writes: Writes, { conversationId: id, members, before, count: after }: Part, late?: number) {
    const { generation } = this;
    for (const member of members.values()) {
      const at = late ?? member.changed;
      writes.add(`${member.userId} ${id}`, rows.userRow(at, generation, member, after.large));
    }
    if (!after.large || before?.large === true) return;
    // It has just become large: all who are in it are to look there themselves from now on.
    for await (const page of this.#rows.allMembers(id, before?.listed ?? 0)) {
      for (const userId of page) {
        if (members.has(userId)) continue;
        writes.add(`${userId} ${id}`, rows.markLarge(late ?? after.position, true, generation, userId, id));
      }
    }
  }
}

function foldPart(
  conversationId: string,
  before: MemberCount | null,
  known: readonly Member[],
  operations: readonly MembershipOperation[],
  late: boolean,
): Part {
  const part: Part = {
    conversationId,
    before,
    count: before ?? noMembers,
    members: new Map(),
    changes: [],
  };
  const members = new Map(known.map((member) => [member.userId, member]));
  for (const operation of operations) {
    const { userId, position } = operation;
    const member = members.get(userId);
    const step = stepMember(member, operation, late, () => bucketOfMember(userId, part.count.listed));
    part.count = countStep(part.count, step, position);
    if (!step.effective || step.member === undefined) continue;
    members.set(userId, step.member);
    part.members.set(userId, step.member);
    part.changes.push({ position, userId });
  }
  return part;
}
