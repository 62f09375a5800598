import { isMember, type MembershipWindow, sees } from '@parley/events';
import { hasLink, tokenize } from '@parley/platform';
import type {
  ConversationMembership,
  HistoryReader,
  MembershipReader,
  SearchOperation,
  SearchQuery,
  SearchTerm,
} from '@parley/ports';

interface SaidMessage {
  readonly position: number;
  readonly conversationId: string;
  readonly sequence: number;
  readonly senderId: string;
  readonly time: number;
  text: string | null;
  mentions: readonly string[];
  removed: boolean;
}

/** Start of the world's time: each event is a minute after the one before. */
export const worldStart = Date.UTC(2026, 0, 1);
const minute = 60_000;

/**
 * A small world of conversations, people and messages: it gives the operations that a search store gets, answers as
 * membership and history do, and searches itself in the plainest way there is.
 */
export class SearchWorld {
  position = 0;
  readonly messages: SaidMessage[] = [];
  readonly membership: Pick<MembershipReader, 'membership' | 'conversationsOf'>;
  readonly history: Pick<HistoryReader, 'message'>;
  readonly #windows = new Map<string, MembershipWindow[]>();
  readonly #sequences = new Map<string, number>();
  #pending: SearchOperation[] = [];

  constructor() {
    this.membership = {
      membership: async (conversationId, userId) => this.#membershipOf(conversationId, userId),
      conversationsOf: async (userId) => ({ position: this.position, conversationIds: this.conversationsOf(userId) }),
    };
    this.history = {
      message: async (conversationId, sequence) => ({
        json: this.#json(conversationId, sequence),
        projectedRevision: this.position,
      }),
    };
  }

  join(conversationId: string, ...userIds: readonly string[]): void {
    for (const userId of userIds) {
      const windows = this.#windowsOf(conversationId, userId);
      if (isMember(windows)) continue;
      const afterSequence = this.#sequences.get(conversationId) ?? 0;
      windows.push({ afterSequence, untilSequence: null, afterPosition: ++this.position, untilPosition: null });
    }
  }

  leave(conversationId: string, userId: string): void {
    const windows = this.#windowsOf(conversationId, userId);
    const last = windows.pop();
    if (last === undefined) return;
    if (last.untilSequence !== null) windows.push(last);
    else {
      const untilSequence = this.#sequences.get(conversationId) ?? 0;
      windows.push({ ...last, untilSequence, untilPosition: ++this.position });
    }
  }

  /** Answers the sequence. `text` null: sealed. */
  say(conversationId: string, senderId: string, text: string | null, mentions: readonly string[] = []): number {
    const sequence = (this.#sequences.get(conversationId) ?? 0) + 1;
    this.#sequences.set(conversationId, sequence);
    const position = ++this.position;
    const time = worldStart + position * minute;
    this.messages.push({ position, conversationId, sequence, senderId, time, text, mentions, removed: false });
    this.#pending.push({ type: 'index-message', position, conversationId, sequence, senderId, time, text, mentions });
    return sequence;
  }

  edit(conversationId: string, sequence: number, text: string | null, mentions: readonly string[] = []): void {
    const message = this.#find(conversationId, sequence);
    if (message === undefined || message.removed) return;
    message.text = text;
    message.mentions = mentions;
    this.#pending.push({ type: 'edit-message', position: ++this.position, conversationId, sequence, text, mentions });
  }

  remove(conversationId: string, sequence: number): void {
    const message = this.#find(conversationId, sequence);
    if (message === undefined || message.removed) return;
    message.removed = true;
    this.#pending.push({ type: 'remove-message', position: ++this.position, conversationId, sequence });
  }

  /** Operations since the last call. */
  takeOperations(): readonly SearchOperation[] {
    const operations = this.#pending;
    this.#pending = [];
    return operations;
  }

  conversationsOf(userId: string): readonly string[] {
    return [...new Set(this.messages.map((message) => message.conversationId)), ...this.#knownConversations()]
      .filter((id, at, all) => all.indexOf(id) === at)
      .filter((id) => isMember(this.#windowsOf(id, userId)));
  }

  /** What a search must find, newest first, as `conversation#sequence`. */
  expected(query: Pick<SearchQuery, 'userId' | 'terms'> & Partial<SearchQuery>): readonly string[] {
    return this.messages
      .filter((message) => this.#finds(message, query))
      .sort((a, b) => b.position - a.position)
      .map((message) => `${message.conversationId}#${message.sequence}`);
  }

  #finds(message: SaidMessage, query: Pick<SearchQuery, 'userId' | 'terms'> & Partial<SearchQuery>): boolean {
    const windows = this.#windowsOf(message.conversationId, query.userId);
    if (message.removed || !isMember(windows) || !sees(windows, message.sequence)) return false;
    if (query.from !== undefined && !query.from.includes(message.senderId)) return false;
    if (query.in !== undefined && !query.in.includes(message.conversationId)) return false;
    if (query.before !== undefined && message.time >= query.before) return false;
    if (query.after !== undefined && message.time < query.after) return false;
    if (query.hasLink === true && !hasLink(message.text ?? '')) return false;
    if (query.hasMention === true && message.mentions.length === 0) return false;
    const tokens = tokenize(message.text ?? '').map((token) => token.text);
    return query.terms.every((term) => occurs(tokens, term) !== term.exclude);
  }

  #find(conversationId: string, sequence: number): SaidMessage | undefined {
    return this.messages.find((m) => m.conversationId === conversationId && m.sequence === sequence);
  }

  #knownConversations(): readonly string[] {
    return [...this.#windows.keys()].map((key) => key.split(' ')[0] ?? '');
  }

  #windowsOf(conversationId: string, userId: string): MembershipWindow[] {
    const key = `${conversationId} ${userId}`;
    const windows = this.#windows.get(key) ?? [];
    this.#windows.set(key, windows);
    return windows;
  }

  #membershipOf(conversationId: string, userId: string): ConversationMembership | null {
    const windows = this.#windowsOf(conversationId, userId);
    if (windows.length === 0) return null;
    return { conversationId, userId, role: isMember(windows) ? 'member' : null, windows };
  }

  #json(conversationId: string, sequence: number): string | null {
    const message = this.#find(conversationId, sequence);
    if (message === undefined) return null;
    const { senderId, text, mentions, removed, time } = message;
    const content = text === null ? { type: 'sealed.v1', scheme: 'x', ciphertext: 'eA==' } : { type: 'text.v1', text };
    return JSON.stringify({
      id: `msg_${message.position}`,
      conversationId,
      sequence,
      senderId,
      time: new Date(time).toISOString(),
      ...(removed ? { deletedAt: new Date(time).toISOString() } : { content, mentions }),
    });
  }
}

function occurs(tokens: readonly string[], term: SearchTerm): boolean {
  return tokens.some((_, at) =>
    term.tokens.every((wanted, i) => {
      const token = tokens[at + i];
      const open = term.prefix && i === term.tokens.length - 1;
      return token !== undefined && (open ? token.startsWith(wanted) : token === wanted);
    }),
  );
}
