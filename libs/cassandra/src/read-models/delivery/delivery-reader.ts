import { sequenceWindowsOf, type SequenceWindow } from '@parley/events';
import { memberJson, type DeliveryReader } from '@parley/ports';
import type { CassandraPeopleReader } from '../../people/index.js';
import type { ReadModelSources } from '../common/sources.js';
import { EntryComposer } from '../inbox/entry-composer.js';
import { windowsOf } from '../membership/membership-fold.js';
import { conversationsAt } from '../membership/membership-reader.js';

const everything = Number.MAX_SAFE_INTEGER;

export interface DeliveryReaderOptions extends Pick<ReadModelSources, 'client' | 'generations'> {
  readonly people: Pick<CassandraPeopleReader, 'byIds'>;
}

/** Reads for the consumer of a partition, between two of its batches: what concerns it is as the last batch left it. */
export class CassandraDeliveryReader implements DeliveryReader {
  constructor(private readonly options: DeliveryReaderOptions) {}

  async message(conversationId: string, sequence: number): Promise<string | null> {
    const { history } = await this.#open();
    return (await history.message(conversationId, sequence))?.body ?? null;
  }

  async notice(conversationId: string, position: number): Promise<string | null> {
    return (await this.#open()).history.notice(conversationId, position);
  }

  async conversation(
    conversationId: string,
    position: number,
  ): Promise<{ readonly view: string; readonly pins: readonly number[] } | null> {
    return (await this.#open()).conversation(conversationId, position);
  }

  async member(conversationId: string, userId: string): Promise<string | null> {
    const member = await (await this.#open()).membership.member(conversationId, userId);
    return member === null ? null : memberJson(member);
  }

  async joinedEntry(
    conversationId: string,
    userId: string,
    position: number,
  ): Promise<{ readonly entry: string; readonly windows: readonly SequenceWindow[] } | null> {
    const composer = await this.#open();
    const member = await composer.membership.member(conversationId, userId);
    const entry = member === null || member.role === null ? null : await composer.entryOf(member, position);
    return member === null || entry === null ? null : { entry, windows: sequenceWindowsOf(windowsOf(member)) };
  }

  async receipts(conversationId: string): Promise<string> {
    return (await this.#open()).receipts(conversationId);
  }

  async readState(conversationId: string, userId: string): Promise<string | null> {
    return (await this.#open()).readState(conversationId, userId, everything);
  }

  async settings(conversationId: string, userId: string): Promise<string> {
    return (await this.#open()).settings(conversationId, userId);
  }

  async person(userId: string): Promise<string | null> {
    return (await this.options.people.byIds([userId]))[0] ?? null;
  }

  async conversationsOf(userId: string): Promise<readonly string[]> {
    return conversationsAt(await (await this.#open()).membership.ofUser(userId), everything);
  }

  #open(): Promise<EntryComposer> {
    return EntryComposer.open(this.options);
  }
}
