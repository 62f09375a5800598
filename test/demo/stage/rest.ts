import { type ParleyClient, systemEnvironment, Transport } from '@parley/client';
import type { InboxEntry, MessageView } from '@parley/protocol';
import { leanFetch } from './http.js';

interface Page<Row> {
  readonly data: readonly Row[];
  readonly nextCursor: string | null;
}

/** The REST routes that people of the demo use, asked as one device. */
export class Rest {
  readonly #transport: Transport;

  constructor(url: string, client: ParleyClient) {
    const environment = systemEnvironment({ fetch: leanFetch });
    this.#transport = new Transport(environment, { commandUrl: url, queryUrl: url, timeoutMs: 30_000 }, client.session);
  }

  start(title: string, idempotencyKey: string): Promise<{ readonly conversationId: string }> {
    return this.#ask('POST', '/v1/conversations', { body: { kind: 'group', title }, idempotencyKey });
  }
  createInvite(id: string): Promise<{ readonly code: string }> {
    return this.#ask('POST', `/v1/conversations/${id}/invites`, { body: {} });
  }
  join(code: string): Promise<unknown> {
    return this.#ask('POST', '/v1/invites/join', { body: { code } });
  }
  add(id: string, userIds: readonly string[]): Promise<void> {
    return this.#ask('POST', `/v1/conversations/${id}/members`, { body: { userIds } });
  }
  remove(id: string, userId: string): Promise<void> {
    return this.#ask('DELETE', `/v1/conversations/${id}/members/${userId}`);
  }
  leave(id: string): Promise<void> {
    return this.#ask('POST', `/v1/conversations/${id}/leave`);
  }
  rename(displayName: string): Promise<void> {
    return this.#ask('PATCH', '/v1/me', { body: { displayName } });
  }
  conversations(query: { limit: number; cursor?: string }): Promise<Page<InboxEntry>> {
    return this.#ask('GET', '/v1/conversations', { query });
  }
  messages(
    id: string,
    query: { limit: number; before?: number; after?: number },
  ): Promise<{ readonly data: readonly MessageView[]; readonly hasMoreAfter: boolean }> {
    return this.#ask('GET', `/v1/conversations/${id}/messages`, { query });
  }
  search(query: string, page: { limit: number; cursor?: string }): Promise<Page<{ readonly message: MessageView }>> {
    return this.#ask('GET', '/v1/search', { query: { query, ...page } });
  }

  async #ask<T>(...request: Parameters<Transport['request']>): Promise<T> {
    return (await this.#transport.request(...request)) as T;
  }
}
