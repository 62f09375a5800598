import { conversationStream, encodeEvent, type NewEvent, type ParleyEvent } from '@parley/events';
import { messageEventId, messageIdOf, randomEventId } from '@parley/platform';
import type { AppendResult, EventLogWriter } from '@parley/ports';
import { anySentence } from './talk.js';

/** Appends on their way to the disk at a time. */
const underWay = 16;
const millisecondsApart = 1_000;

/** Writes conversations into a log as the write side would: sequences without gaps, ids that belong to the messages. */
export class LogFiller {
  /** Messages in one append. */
  static readonly most = 500;
  readonly #members = new Map<string, readonly string[]>();
  readonly #lengths = new Map<string, number>();
  #appending: Promise<AppendResult>[] = [];

  /** @param time of the first event, ms since 1970; each later one is a second on */
  constructor(
    private readonly log: EventLogWriter,
    private readonly random: () => number,
    private time: number,
  ) {}

  /** A group; the first member is its owner. */
  async start(conversationId: string, memberIds: readonly string[]): Promise<void> {
    const [startedBy = ''] = memberIds;
    const members = memberIds.map((userId, n) => ({
      userId,
      role: n === 0 ? ('owner' as const) : ('member' as const),
    }));
    const data = {
      conversationId,
      kind: 'group' as const,
      title: 'a long talk',
      description: null,
      members,
      startedBy,
    };
    this.#members.set(conversationId, memberIds);
    await this.#append(conversationId, [
      this.#encode({ type: 'ConversationStarted.v1', data }, randomEventId(), startedBy),
    ]);
  }

  /** The next `count` messages of the conversation, by its members in turn. */
  async talk(conversationId: string, count: number): Promise<void> {
    const members = this.#members.get(conversationId) ?? [];
    for (let said = 0; said < count; said += LogFiller.most) {
      const batch = Math.min(LogFiller.most, count - said);
      const events = Array.from({ length: batch }, () => this.#message(conversationId, members));
      await this.#append(conversationId, events);
    }
  }

  /** Resolves when everything is durable. @throws Error when something was not appended */
  async finish(): Promise<void> {
    const results = await Promise.all(this.#appending);
    this.#appending = [];
    for (const { outcome } of results) if (outcome !== 'appended') throw new Error(`prefilling: ${outcome}`);
  }

  #message(conversationId: string, members: readonly string[]): NewEvent {
    const sequence = (this.#lengths.get(conversationId) ?? 0) + 1;
    this.#lengths.set(conversationId, sequence);
    const senderId = members[sequence % members.length] ?? '';
    const clientMessageId = `p${sequence}`;
    const eventId = messageEventId(conversationId, senderId, clientMessageId);
    const content = { type: 'text.v1' as const, text: anySentence(this.random) };
    const data = { sequence, messageId: messageIdOf(eventId), clientMessageId, senderId, content };
    return this.#encode({ type: 'MessageSent.v1', data }, eventId, senderId);
  }

  #encode(event: ParleyEvent, eventId: string, actorId: string): NewEvent {
    this.time += millisecondsApart;
    return encodeEvent(event, { eventId, time: this.time, metadata: { actorId } });
  }

  async #append(conversationId: string, events: readonly NewEvent[]): Promise<void> {
    this.#appending.push(this.log.append({ stream: conversationStream(conversationId), expected: 'any', events }));
    if (this.#appending.length >= underWay) await this.finish();
  }
}
