import { type CassandraClient, insertAt, mapBounded, type Statement, updateAt } from '../../client/index.js';
import { bucketOfPosition, bucketsOfMembers } from '../layout.js';
import type { EarlierWindow, Member, MemberCount, Role } from './membership-fold.js';

const stateColumns = [
  'role',
  'state',
  'changed',
  'after_sequence',
  'after_position',
  'until_sequence',
  'until_position',
  'earlier',
];
const byUser = insertAt('memberships', [
  'generation',
  'user_id',
  'conversation_id',
  ...stateColumns,
  'bucket',
  'large',
]);
const byConversation = insertAt('members', ['generation', 'conversation_id', 'bucket', 'user_id', ...stateColumns]);
export const markLarge = updateAt('memberships', ['large'], ['generation', 'user_id', 'conversation_id']);
export const insertChange = insertAt('member_changes', [
  'generation',
  'conversation_id',
  'bucket',
  'position',
  'user_id',
]);
export const insertChangeBucket = insertAt('member_change_buckets', ['generation', 'conversation_id', 'bucket']);
export const insertCount = insertAt('member_counts', [
  'generation',
  'conversation_id',
  'position',
  'members',
  'listed',
  'counted',
  'changed',
  'large',
]);

/** What is absent is written as a value, because people come and go often and each null would be a tombstone. */
const absent = -1;

const stateOf = (member: Member): readonly unknown[] => [
  member.role ?? '',
  member.state,
  member.changed,
  member.afterSequence,
  member.afterPosition,
  member.untilSequence ?? absent,
  member.untilPosition ?? absent,
  earlierText(member),
];
const earlierText = ({ earlier }: Member): string => (earlier.length === 0 ? '' : JSON.stringify(earlier));

/** `large`: left as it is unless true. */
export const userRow = (at: number, generation: number, member: Member, large: boolean): Statement =>
  byUser(
    at,
    generation,
    member.userId,
    member.conversationId,
    ...stateOf(member),
    member.bucket,
    large ? true : undefined,
  );

export const conversationRow = (at: number, generation: number, member: Member): Statement =>
  byConversation(at, generation, member.conversationId, member.bucket, member.userId, ...stateOf(member));

interface StateRow {
  readonly role: string;
  readonly state: Member['state'];
  readonly changed: number;
  readonly afterSequence: number;
  readonly afterPosition: number;
  readonly untilSequence: number;
  readonly untilPosition: number;
  readonly earlier: string;
}
const selectState = `role, state, changed, after_sequence AS "afterSequence", after_position AS "afterPosition",
  until_sequence AS "untilSequence", until_position AS "untilPosition", earlier`;

type UserRow = StateRow & {
  readonly conversationId: string;
  readonly bucket: number;
  readonly large: boolean | null;
};
type ConversationRow = StateRow & { readonly userId: string };

/** A person's part in a conversation, as their own list has it. */
export interface Membership extends Member {
  /** Look there directly: its activity is not noted. */
  readonly large: boolean;
}

const bucketsAtOnce = 17;
/** Rows read at once, former members among them. */
const smallestPiece = 50;
const ofConversation = 'generation = ? AND conversation_id = ?';

/** Reads the rows of membership, of one generation. */
export class MembershipRows {
  constructor(
    private readonly client: CassandraClient,
    private readonly generation: number,
  ) {}

  async member(conversationId: string, userId: string): Promise<Membership | null> {
    const row = await this.client.readOne<UserRow>(
      `SELECT conversation_id AS "conversationId", ${selectState}, bucket, large FROM memberships
       WHERE generation = ? AND user_id = ? AND conversation_id = ?`,
      [this.generation, userId, conversationId],
    );
    return row === null ? null : membershipOf(userId, row);
  }

  /** Everywhere this person is or ever was, by conversation. */
  async ofUser(userId: string): Promise<readonly Membership[]> {
    const rows = await this.client.read<UserRow>(
      `SELECT conversation_id AS "conversationId", ${selectState}, bucket, large FROM memberships
       WHERE generation = ? AND user_id = ?`,
      [this.generation, userId],
    );
    return rows.map((row) => membershipOf(userId, row));
  }

  count(conversationId: string): Promise<MemberCount | null> {
    return this.client.readOne<MemberCount>(
      `SELECT position, members, listed, counted, changed, large FROM member_counts WHERE ${ofConversation}`,
      [this.generation, conversationId],
    );
  }

  /** Members now, by user id. Former ones are read past. */
  async members(conversationId: string, afterUserId: string, limit: number): Promise<readonly Member[]> {
    const count = await this.count(conversationId);
    if (count === null) return [];
    const parts = await mapBounded(bucketsOfMembers(count.listed), bucketsAtOnce, (bucket) =>
      this.#membersOf(conversationId, bucket, afterUserId, limit),
    );
    const all = parts.flat();
    if (parts.length > 1) all.sort((a, b) => byteOrder(a.userId, b.userId));
    return all.slice(0, limit);
  }

  /** Ids of members now, of all buckets, page by page. */
  async *allMembers(conversationId: string, listed: number): AsyncGenerator<readonly string[], void, undefined> {
    for (const bucket of bucketsOfMembers(listed)) {
      const pages = this.client.stream<{ userId: string; role: string }>(
        `SELECT user_id AS "userId", role FROM members WHERE ${ofConversation} AND bucket = ?`,
        [this.generation, conversationId, bucket],
      );
      for await (const page of pages) yield page.filter(({ role }) => role !== '').map(({ userId }) => userId);
    }
  }

  /** Buckets of changes from the one of this position on, in order. */
  async changeBuckets(conversationId: string, position: number): Promise<readonly number[]> {
    const rows = await this.client.read<{ bucket: number }>(
      `SELECT bucket FROM member_change_buckets WHERE ${ofConversation} AND bucket >= ?`,
      [this.generation, conversationId, bucketOfPosition(position)],
    );
    return rows.map(({ bucket }) => bucket);
  }

  /** Of one bucket: whose membership changed after a position (exclusive) up to another, in order. */
  changes(
    conversationId: string,
    bucket: number,
    after: number,
    upTo: number,
    limit: number,
  ): Promise<readonly { readonly position: number; readonly userId: string }[]> {
    return this.client.read<{ position: number; userId: string }>(
      `SELECT position, user_id AS "userId" FROM member_changes
       WHERE ${ofConversation} AND bucket = ? AND position > ? AND position <= ? LIMIT ?`,
      [this.generation, conversationId, bucket, after, upTo, limit],
    );
  }

  async #membersOf(
    conversationId: string,
    bucket: number,
    afterUserId: string,
    limit: number,
  ): Promise<readonly Member[]> {
    const found: Member[] = [];
    const piece = Math.max(limit, smallestPiece);
    for (let after = afterUserId; ;) {
      const rows = await this.client.read<ConversationRow>(
        `SELECT user_id AS "userId", ${selectState} FROM members
         WHERE ${ofConversation} AND bucket = ? AND user_id > ? LIMIT ?`,
        [this.generation, conversationId, bucket, after, piece],
      );
      for (const { userId, ...row } of rows) {
        if (row.role !== '') found.push(memberOf(conversationId, userId, bucket, row));
      }
      after = rows.at(-1)?.userId ?? after;
      if (rows.length < piece || found.length >= limit) return found.slice(0, limit);
    }
  }
}

const membershipOf = (userId: string, { conversationId, bucket, large, ...row }: UserRow): Membership => ({
  ...memberOf(conversationId, userId, bucket, row),
  large: large === true,
});

const memberOf = (conversationId: string, userId: string, bucket: number, row: StateRow): Member => ({
  ...row,
  conversationId,
  userId,
  bucket,
  role: row.role === '' ? null : (row.role as Role),
  untilSequence: present(row.untilSequence),
  untilPosition: present(row.untilPosition),
  earlier: earlierOf(row.earlier),
});

const present = (value: number | null): number | null => (value === null || value === absent ? null : value);

const earlierOf = (json: string): readonly EarlierWindow[] =>
  json === '' ? [] : (JSON.parse(json) as readonly EarlierWindow[]);

/** As the engine orders texts: by their UTF-8 bytes. */
const byteOrder = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
