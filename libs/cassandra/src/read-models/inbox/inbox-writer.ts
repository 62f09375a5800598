import type { InboxOperation } from '@parley/ports';
import type { RowWriter } from '../../checkpoints/index.js';
import { type CassandraClient, mapBounded } from '../../client/index.js';
import { checkAll, type Checks, count, flag, key, listOf, orNull, Rejections, text, time } from '../common/checks.js';
import { Recent } from '../common/recent.js';
import { readConcurrency, Writes } from '../common/writes.js';
import { bucketOfMention, bucketOfSequence } from '../layout.js';
import * as rows from './inbox-rows.js';
import { foldMentions, isOfMentions, type MentionChange } from './mention-fold.js';
import { type ConversationHead, isOfHead, stepHead } from './view-fold.js';

/** Conversations whose heads are kept. */
const knownHeads = 20_000;

const personal: Checks = { userId: key };
const checks: Readonly<Record<InboxOperation['type'], Checks>> = {
  'start-conversation': {
    kind: text,
    title: orNull(text),
    description: orNull(text),
    peerIds: orNull(listOf(text)),
    startedAt: text,
  },
  'set-title': { title: text },
  'set-description': { description: text },
  'add-mentions': { sequence: count, mentions: listOf(key) },
  'set-mentions': { sequence: count, mentions: listOf(key) },
  'delete-message': { sequence: count },
  pin: { sequence: count },
  unpin: { sequence: count },
  'set-muted': { ...personal, muted: flag, until: orNull(time) },
  'set-archived': { ...personal, archived: flag },
  'set-marked-unread': { ...personal, markedUnread: flag },
};

type SettingOperation = Extract<InboxOperation, { type: 'set-muted' | 'set-archived' | 'set-marked-unread' }>;

/**
 * Writes one generation of the inbox: heads, mentions and what people set for themselves. A plain message writes nothing
 * here. Mentions go before heads, so that a head that has a deletion in it says that its mentions are gone.
 */
export class InboxWriter implements RowWriter<InboxOperation> {
  readonly #heads = new Recent<ConversationHead>(knownHeads);
  readonly #rows: rows.InboxRows;

  constructor(
    private readonly client: CassandraClient,
    private readonly generation: number,
  ) {
    this.#rows = new rows.InboxRows(client, generation);
  }

  async write(operations: readonly InboxOperation[], late?: number): Promise<void> {
    checkAll(operations, checks);
    const heads = await this.#foldHeads(operations, late !== undefined);
    const mentions = await this.#foldMentions(operations);
    const first = new Writes();
    for (const change of mentions) this.#addMentions(first, change, late);
    for (const operation of operations) {
      if (isSetting(operation)) await this.#addSetting(first, operation, late);
    }
    const last = new Writes();
    for (const [id, head] of heads) last.add(id, rows.viewRow(late ?? head.position, this.generation, id, head));
    await first.send(this.client);
    await last.send(this.client);
    for (const [id, head] of heads) this.#heads.set(id, head);
  }

  /** Those that changed. @throws OperationsRejected */
  async #foldHeads(
    operations: readonly InboxOperation[],
    late: boolean,
  ): Promise<ReadonlyMap<string, ConversationHead>> {
    const byConversation = [...Map.groupBy(operations.filter(isOfHead), ({ conversationId }) => conversationId)];
    const rejections = new Rejections();
    const heads = new Map<string, ConversationHead>();
    await mapBounded(byConversation, readConcurrency, async ([id, own]) => {
      const before = this.#heads.get(id) ?? (await this.#rows.head(id));
      let head = before;
      for (const operation of own) {
        head = stepHead(head, operation, late);
        if (head === null) rejections.add(operation.position, `there is no conversation ${id}`);
      }
      if (head !== null && head !== before) heads.set(id, head);
    });
    rejections.throwIfAny();
    return heads;
  }

  async #foldMentions(operations: readonly InboxOperation[]): Promise<readonly MentionChange[]> {
    const byMessage = [
      ...Map.groupBy(
        operations.filter(isOfMentions),
        ({ conversationId, sequence }) => `${sequence} ${conversationId}`,
      ).values(),
    ];
    const changes = await mapBounded(byMessage, readConcurrency, async (own) => {
      const [first] = own;
      // A new message: nobody was mentioned before.
      const before =
        first === undefined || own.every(({ type }) => type === 'add-mentions')
          ? []
          : await this.#rows.mentionedIn(first.conversationId, first.sequence);
      return foldMentions(before, own);
    });
    return changes.filter((change) => change !== null);
  }

  #addMentions(writes: Writes, { conversationId: id, sequence, position, now, gone }: MentionChange, late?: number) {
    const { generation } = this;
    const at = late ?? position;
    const [ofMessage, ofPerson] = [bucketOfSequence(sequence), bucketOfMention(sequence)];
    for (const userId of gone) {
      writes.add(`p ${userId} ${id} ${ofPerson}`, rows.deleteMention(at, generation, userId, id, ofPerson, sequence));
      writes.add(`m ${id} ${ofMessage}`, rows.deleteMessageMention(at, generation, id, ofMessage, sequence, userId));
    }
    for (const userId of now) {
      writes.add(`p ${userId} ${id} ${ofPerson}`, rows.insertMention(at, generation, userId, id, ofPerson, sequence));
      writes.add(`m ${id} ${ofMessage}`, rows.insertMessageMention(at, generation, id, ofMessage, sequence, userId));
    }
  }

  async #addSetting(writes: Writes, operation: SettingOperation, late?: number): Promise<void> {
    const { userId, conversationId } = operation;
    const before = late === undefined ? undefined : await this.#rows.settings(userId, conversationId);
    const position = Math.max(operation.position, before?.position ?? 0);
    const where = [position, this.generation, userId, conversationId] as const;
    const at = late ?? operation.position;
    switch (operation.type) {
      case 'set-muted':
        writes.add(`s ${userId}`, rows.updateMuted(at, operation.muted, operation.until ?? rows.forEver, ...where));
        break;
      case 'set-archived':
        writes.add(`s ${userId}`, rows.updateArchived(at, operation.archived, ...where));
        break;
      case 'set-marked-unread':
        writes.add(`s ${userId}`, rows.updateMarkedUnread(at, operation.markedUnread, ...where));
        break;
      default:
        throw new TypeError(`no rule for ${JSON.stringify(operation satisfies never)}`);
    }
  }
}

const isSetting = (operation: InboxOperation): operation is SettingOperation =>
  operation.type === 'set-muted' || operation.type === 'set-archived' || operation.type === 'set-marked-unread';
