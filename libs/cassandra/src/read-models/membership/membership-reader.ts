import { sequenceWindowsOf, type SequenceWindow } from '@parley/events';
import { memberJson, type ConversationMembership, type MembershipReader } from '@parley/ports';
import type { ReadModelSources } from '../common/sources.js';
import { type Membership, MembershipRows } from './membership-rows.js';
import { windowsOf } from './membership-fold.js';

/** Who is where, and was when. Fails with ReadModelUnavailable while the engine or the rows are away. */
export class CassandraMembershipReader implements MembershipReader {
  constructor(private readonly sources: ReadModelSources) {}

  async membership(conversationId: string, userId: string): Promise<ConversationMembership | null> {
    const member = await (await this.#rows()).member(conversationId, userId);
    return member === null ? null : { conversationId, userId, role: member.role, windows: windowsOf(member) };
  }

  async conversationsOf(
    userId: string,
  ): Promise<{ readonly position: number; readonly conversationIds: readonly string[] }> {
    const position = this.sources.safePosition();
    const memberships = await (await this.#rows()).ofUser(userId);
    return { position, conversationIds: conversationsAt(memberships, position) };
  }

  async windowsOf(userId: string): Promise<{
    readonly position: number;
    readonly windows: ReadonlyMap<string, readonly SequenceWindow[]>;
  }> {
    const position = this.sources.safePosition();
    const present = presentAt(await (await this.#rows()).ofUser(userId), position);
    const windows = new Map(
      present.map((member) => [member.conversationId, sequenceWindowsOf(windowsOf(member))] as const),
    );
    return { position, windows };
  }

  async members(conversationId: string, afterUserId: string | null, limit: number): Promise<readonly string[]> {
    const members = await (await this.#rows()).members(conversationId, afterUserId ?? '', limit);
    return members.map(memberJson);
  }

  async shareConversation(userId: string, otherId: string): Promise<boolean> {
    return shareConversation(await this.#rows(), userId, otherId);
  }

  async #rows(): Promise<MembershipRows> {
    return new MembershipRows(this.sources.client, await this.sources.generations.of('membership'));
  }
}

/** Where this person was a member as of a position, which the rows may be ahead of. */
export const conversationsAt = (memberships: readonly Membership[], position: number): readonly string[] =>
  presentAt(memberships, position).map(({ conversationId }) => conversationId);

const presentAt = (memberships: readonly Membership[], position: number): readonly Membership[] =>
  memberships.filter((member) =>
    windowsOf(member).some(
      ({ afterPosition, untilPosition }) =>
        afterPosition <= position && (untilPosition === null || untilPosition > position),
    ),
  );

/** Do these two share a conversation now? Costs both lists. */
async function shareConversation(rows: MembershipRows, userId: string, otherId: string): Promise<boolean> {
  const [mine, theirs] = await Promise.all([rows.ofUser(userId), rows.ofUser(otherId)]);
  return sharesOne(presentIn(mine), theirs);
}

export const presentIn = (memberships: readonly Membership[]): ReadonlySet<string> =>
  new Set(memberships.filter(({ role }) => role !== null).map(({ conversationId }) => conversationId));

export const sharesOne = (mine: ReadonlySet<string>, theirs: readonly Membership[]): boolean =>
  theirs.some(({ role, conversationId }) => role !== null && mine.has(conversationId));
