import { Inject, Injectable } from '@nestjs/common';
import { foldMessageFacts, type MessageFacts } from '@parley/domain';
import { type ConversationEvent, conversationStream, decodeEvent } from '@parley/events';
import { READ_MODELS } from '@parley/platform';
import { within } from '@parley/platform/bounded';
import { type EventLogReader, ReadModelUnavailable, type ReadModels } from '@parley/ports';
import type { MessageView } from '@parley/protocol';
import { LogServices } from '../streams/owner-services.js';

/** After this long the message history counts as away, in milliseconds. */
const timeoutMs = 2_000;
const pageSize = 4_096;
/** How far the projection may be behind. */
const maxPages = 8;

/** One message as of a revision of its conversation's stream. */
export interface FoundMessage {
  readonly facts: MessageFacts | null;
  /** null when there is none. */
  readonly messageId: string | null;
  readonly revision: number;
}

/** What decisions about one message must know of it: the history projection, and the events that it has not seen yet. */
@Injectable()
export class MessageLookup {
  readonly #log: EventLogReader;

  constructor(
    @Inject(READ_MODELS) private readonly readModels: ReadModels,
    @Inject(LogServices) services: LogServices,
  ) {
    this.#log = services.reader;
  }

  /** As projected. @throws ReadModelUnavailable */
  async projected(conversationId: string, sequence: number, actorId: string): Promise<FoundMessage> {
    const { json, projectedRevision } = await inTime(this.readModels.history.message(conversationId, sequence));
    if (json === null) return { facts: null, messageId: null, revision: projectedRevision };
    const view = JSON.parse(json) as MessageView;
    return { facts: factsOf(view, actorId), messageId: view.id, revision: projectedRevision };
  }

  /** As of now. @throws ReadModelUnavailable, EventLogUnavailable */
  async current(conversationId: string, sequence: number, actorId: string): Promise<FoundMessage> {
    let { facts, messageId, revision } = await this.projected(conversationId, sequence, actorId);
    const stream = conversationStream(conversationId);
    for (let full = true, pages = 0; full; pages++) {
      if (pages === maxPages) throw new ReadModelUnavailable('the message history is too far behind');
      const page = await this.#log.readStream(stream, { from: revision + 1, limit: pageSize });
      for (const recorded of page) {
        const event = decodeEvent(recorded).event as ConversationEvent;
        facts = foldMessageFacts(facts, event, { sequence, actorId });
        if (event.type === 'MessageSent.v1' && event.data.sequence === sequence) messageId = event.data.messageId;
        revision = recorded.revision;
      }
      full = page.length === pageSize;
    }
    return { facts, messageId, revision };
  }
}

function factsOf(view: MessageView, actorId: string): MessageFacts {
  return {
    sequence: view.sequence,
    senderId: view.senderId,
    content: view.content ?? null,
    mentions: view.mentions ?? [],
    deleted: view.deletedAt !== undefined,
    reactions: (view.reactions ?? []).map(({ emoji, userIds }) => ({
      emoji,
      count: userIds.length,
      mine: userIds.includes(actorId),
    })),
  };
}

const inTime = <T>(answer: Promise<T>): Promise<T> =>
  within(timeoutMs, answer, () => new ReadModelUnavailable('the message history does not answer'));
