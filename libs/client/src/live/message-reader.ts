import type { MessageView, ServerFrameOf } from '@parley/protocol';
import { maxHistoryPage } from '../constants.js';
import { prependHistory } from '../state/apply-entry.js';
import type { Engine } from './engine.js';
import { messageStream } from './message-stream.js';

export interface HistoryQuery {
  /** At most one of the three; none: the newest. Sequences, `before` and `after` exclusive. */
  readonly before?: number;
  readonly after?: number;
  readonly around?: number;
  /** 1 to 200. Default: the server's. */
  readonly limit?: number;
  /** System messages in between. */
  readonly notices?: boolean;
}

export type HistoryPage = Pick<ServerFrameOf<'history'>, 'entries' | 'hasMoreBefore' | 'hasMoreAfter'>;

/** Reading of messages: from what is held, and from history where that ends. */
export class MessageReader {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  async history(conversationId: string, query: HistoryQuery): Promise<HistoryPage> {
    const answer = await this.#engine.requests.command({ type: 'history', conversationId, ...query });
    return answer as ServerFrameOf<'history'>;
  }

  async loadOlder(conversationId: string, limit: number): Promise<boolean> {
    const before = this.#engine.state?.conversations.get(conversationId)?.timeline.floor;
    if (before === undefined || before <= 1) return false;
    const page = await this.history(conversationId, { before, limit: Math.min(limit, maxHistoryPage) });
    const conversation = this.#engine.state?.conversations.get(conversationId);
    // The window may have moved meanwhile; a page that does not reach it any more would tear a hole.
    if (conversation?.timeline.floor === before) prependHistory(conversation, page.entries);
    this.#engine.touchRow(conversationId);
    return page.hasMoreBefore;
  }

  stream(conversationId: string, after: number): AsyncIterableIterator<MessageView> {
    const source = {
      timeline: (id: string) => this.#engine.state?.conversations.get(id)?.timeline,
      history: async (id: string, from: number, limit: number) =>
        (await this.history(id, { after: from, limit })) as ServerFrameOf<'history'>,
      changed: (id: string) => this.#engine.waiters.wait(id),
    };
    return messageStream(source, conversationId, after);
  }
}
