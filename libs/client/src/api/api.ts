import { call, type QueryOf } from './routes.js';
import type { Transport } from './transport.js';

type Page = { readonly cursor?: string; readonly limit?: number };

/** REST, grouped by what it is about. Lists are pages: pass `nextCursor` as `cursor` to read on. */
export class Api {
  readonly #transport: Transport;
  readonly #uniqueId: () => string;

  constructor(transport: Transport, uniqueId: () => string) {
    this.#transport = transport;
    this.#uniqueId = uniqueId;
  }

  readonly conversations = {
    list: (query: QueryOf<'listConversations'> = {}) => call(this.#transport, 'listConversations', { query }),
    get: (conversationId: string) => call(this.#transport, 'getConversation', { params: { conversationId } }),
  };

  readonly members = {
    list: (conversationId: string, query: Page = {}) =>
      call(this.#transport, 'listMembers', { params: { conversationId }, query }),
  };
}
