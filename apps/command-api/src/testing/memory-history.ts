import { foldMessageFacts, type MessageFacts } from '@parley/domain';
import { type ConversationEvent, conversationStream, decodeEvent } from '@parley/events';
import type { ReadModels } from '@parley/ports';
import type { MemoryEventLog } from './memory-event-log.js';

/** The history projection's answer about one message, from the log itself; `behind` events are not projected yet. */
export class MemoryHistory {
  behind = 0;
  away = false;
  /** Awaited by each look-up. */
  beforeAnswer: () => Promise<void> | void = () => undefined;
  readonly #log: MemoryEventLog;

  constructor(log: MemoryEventLog) {
    this.#log = log;
  }

  async message(
    conversationId: string,
    sequence: number,
  ): Promise<{ readonly json: string | null; readonly projectedRevision: number }> {
    await this.beforeAnswer();
    if (this.away) throw new Error('away');
    const recorded = await this.#log.readStream(conversationStream(conversationId), { limit: 4_096 });
    const projected = recorded.slice(0, Math.max(0, recorded.length - this.behind));
    let facts: MessageFacts | null = null;
    let id = '';
    const people = new Map<string, Set<string>>();
    for (const one of projected) {
      const event = decodeEvent(one).event as ConversationEvent;
      facts = foldMessageFacts(facts, event, { sequence, actorId: '' });
      if (event.type === 'MessageSent.v1' && event.data.sequence === sequence) id = event.data.messageId;
      if ('sequence' in event.data && event.data.sequence !== sequence) continue;
      if (event.type === 'ReactionAdded.v1') {
        people.set(event.data.emoji, (people.get(event.data.emoji) ?? new Set()).add(event.data.userId));
      }
      if (event.type === 'ReactionRemoved.v1') people.get(event.data.emoji)?.delete(event.data.userId);
    }
    const projectedRevision = projected.length - 1;
    if (facts === null) return { json: null, projectedRevision };
    const { senderId, content, mentions, deleted } = facts;
    const reactions = facts.reactions.map(({ emoji }) => ({ emoji, userIds: [...(people.get(emoji) ?? [])] }));
    const view = {
      id,
      conversationId,
      sequence,
      senderId,
      mentions,
      reactions,
      ...(content === null ? {} : { content }),
      ...(deleted ? { deletedAt: 'then' } : {}),
    };
    return { json: JSON.stringify(view), projectedRevision };
  }

  /** As the only read model that the write side asks. */
  asReadModels(): ReadModels {
    return { history: this } as unknown as ReadModels;
  }
}
