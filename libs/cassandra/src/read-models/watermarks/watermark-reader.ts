import type { MemberWatermark, WatermarkReader } from '@parley/ports';
import type { ReadModelSources } from '../common/sources.js';
import { MembershipRows } from '../membership/membership-rows.js';
import { receiptsView, WatermarkRows } from './watermark-rows.js';

/** Who has received and read what. Fails with ReadModelUnavailable while the engine or the rows are away. */
export class CassandraWatermarkReader implements WatermarkReader {
  constructor(private readonly sources: ReadModelSources) {}

  async ofConversation(
    conversationId: string,
    afterUserId: string | null,
    limit: number,
  ): Promise<readonly MemberWatermark[]> {
    return (await this.#rows()).members(conversationId, afterUserId ?? '', limit);
  }

  async ofMember(
    conversationId: string,
    userId: string,
  ): Promise<readonly { readonly deviceId: string; readonly delivered: number; readonly read: number }[]> {
    return (await this.#rows()).devices(conversationId, userId);
  }

  async aggregate(conversationId: string): Promise<string> {
    const { client, generations } = this.sources;
    const receipts = await (await this.#rows()).receipts(conversationId);
    if (receipts !== null) return receipts.body;
    const membership = new MembershipRows(client, await generations.of('membership'));
    const count = await membership.count(conversationId);
    return receiptsView(conversationId, null, count?.members ?? 0);
  }

  async #rows(): Promise<WatermarkRows> {
    return new WatermarkRows(this.sources.client, await this.sources.generations.of('watermarks'));
  }
}
