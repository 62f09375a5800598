import { Inject, Injectable } from '@nestjs/common';
import {
  type AdvanceContext,
  checkAdvance,
  type ConversationState,
  memberOf,
  receiptsDefinition,
  type ReceiptsState,
  watermarksOf,
} from '@parley/domain';
import type { ReceiptEvent, WatermarkAdvance } from '@parley/events';
import { CONFIG, type ParleyConfig } from '@parley/platform';
import type { AdvanceWatermark, CommandContext, CommandResult } from '@parley/ports';
import { Conversations } from '../conversations/conversations.js';
import { OwnerRegistry } from '../streams/owner-registry.js';
import { LogServices } from '../streams/owner-services.js';
import { foreseen, overloaded, rejectionOf, shuttingDown } from '../streams/rejections.js';
import { AdvanceTask } from './advance-task.js';

/** Somebody has read: at most one append in this time and conversation, in milliseconds, so four a second. */
const readEveryMs = 250;
/** It has arrived, which everybody's device says of everything: the more of them, the longer it is gathered. */
const deliveredEveryMs = { perMember: 20, atMost: 2_000 };
/** Watermarks that wait in one conversation; beyond, they are refused as `overloaded`. */
const maxWaiting = 20_000;

interface Waiting {
  readonly advance: WatermarkAdvance;
  readonly context: CommandContext;
  readonly resolve: (result: CommandResult) => void;
  readonly reject: (error: unknown) => void;
}

/** Of one conversation that must not write yet. */
interface Gathering {
  waiting: Waiting[];
  /** null: about to write. */
  timer: NodeJS.Timeout | null;
  /** When it wrote last, by performance.now(). */
  writtenAt: number;
  /** Somebody who has read waits. */
  hurried: boolean;
}

/**
 * Delivered and read watermarks. The first of a conversation is written at once; what comes in the time after it, of
 * however many members, is gathered and written as one event: after a quarter of a second, or, where nobody has read
 * anything, after up to two seconds in a large group.
 */
@Injectable()
export class Receipts {
  readonly #owners: OwnerRegistry<ReceiptsState, ReceiptEvent>;
  readonly #conversations: Conversations;
  readonly #gathering = new Map<string, Gathering>();
  #closing = false;

  constructor(
    @Inject(Conversations) conversations: Conversations,
    @Inject(LogServices) services: LogServices,
    @Inject(CONFIG) config: Pick<ParleyConfig, 'conversationsCached'>,
  ) {
    this.#conversations = conversations;
    this.#owners = new OwnerRegistry(receiptsDefinition, services, config.conversationsCached);
  }

  get queued(): number {
    let waiting = this.#owners.queued;
    for (const gathering of this.#gathering.values()) waiting += gathering.waiting.length;
    return waiting;
  }

  /** Resolves once the watermark is durable, at once when it stands as high already. @throws CommandRejected */
  async advance(command: AdvanceWatermark, context: CommandContext): Promise<CommandResult> {
    if (this.#closing) throw shuttingDown();
    const { conversationId, delivered, read } = command;
    const { actorId: userId, deviceId } = context;
    const advance: WatermarkAdvance = { userId, deviceId, delivered, read };
    try {
      await this.#check(conversationId, advance);
      const state = await this.#owners.owner(conversationId).load();
      if (standsAlready(state, advance)) return { position: 0 };
    } catch (error) {
      throw foreseen(error) ?? error;
    }
    return this.#gather(conversationId, advance, context);
  }

  async #check(conversationId: string, advance: WatermarkAdvance): Promise<void> {
    const state = this.#conversations.peek(conversationId) ?? (await this.#conversations.load(conversationId));
    if (checkAdvance(contextOf(state), advance) === null) return;
    const refusal = checkAdvance(contextOf(await this.#conversations.fresh(conversationId)), advance);
    if (refusal !== null) throw rejectionOf(refusal);
  }

  #gather(conversationId: string, advance: WatermarkAdvance, context: CommandContext): Promise<CommandResult> {
    const { promise, resolve, reject } = Promise.withResolvers<CommandResult>();
    const waiting: Waiting = { advance, context, resolve, reject };
    const gathering = this.#gathering.get(conversationId);
    if (gathering === undefined) {
      // Those of the same tick go along.
      this.#gathering.set(conversationId, { waiting: [waiting], timer: null, writtenAt: 0, hurried: false });
      queueMicrotask(() => this.#write(conversationId));
    } else if (gathering.waiting.length >= maxWaiting) {
      reject(overloaded());
    } else {
      gathering.waiting.push(waiting);
      if (advance.read !== undefined && !gathering.hurried) this.#hurry(conversationId, gathering);
    }
    return promise;
  }

  #hurry(conversationId: string, gathering: Gathering): void {
    if (gathering.timer === null) return;
    gathering.hurried = true;
    this.#writeIn(Math.max(0, gathering.writtenAt + readEveryMs - performance.now()), conversationId, gathering);
  }

  #writeIn(milliseconds: number, conversationId: string, gathering: Gathering): void {
    if (gathering.timer !== null) clearTimeout(gathering.timer);
    gathering.timer = setTimeout(() => this.#write(conversationId), milliseconds);
  }

  /** Writes what has gathered, and opens the next interval; when nothing has, the conversation may write at once again. */
  #write(conversationId: string): void {
    const gathering = this.#gathering.get(conversationId);
    if (gathering === undefined) return;
    const waiting = gathering.waiting.splice(0);
    const [first] = waiting;
    if (first === undefined) {
      this.#gathering.delete(conversationId);
      return;
    }
    gathering.writtenAt = performance.now();
    gathering.hurried = false;
    this.#writeIn(patience(this.#conversations.peek(conversationId)), conversationId, gathering);
    void this.#append(conversationId, waiting, first.context);
  }

  async #append(conversationId: string, waiting: readonly Waiting[], context: CommandContext): Promise<void> {
    const advances = waiting.map(({ advance }) => advance);
    try {
      // Receipts are a stream of their own: no expected revision tells that another node has removed somebody.
      const conversation = contextOf(await this.#conversations.fresh(conversationId));
      // Of many callers, so bound to none of them: watermarks only rise, a late one changes nothing.
      const { caller: _, ...ofAll } = context;
      const task = new AdvanceTask({ ...ofAll, actorId: 'system' }, advances, conversation);
      const owner = this.#owners.owner(conversationId);
      owner.submit(task);
      const { position, refused } = await task.done;
      for (const { advance, resolve, reject } of waiting) {
        const refusal = refused.get(advance);
        if (refusal === undefined) resolve({ position });
        else reject(rejectionOf(refusal));
      }
    } catch (error) {
      for (const { reject } of waiting) reject(foreseen(error) ?? error);
    }
  }

  /** Writes what has gathered now and waits until it is durable. */
  async close(): Promise<void> {
    this.#closing = true;
    for (const [conversationId, gathering] of this.#gathering) {
      if (gathering.timer !== null) clearTimeout(gathering.timer);
      gathering.timer = null;
      this.#write(conversationId);
      if (gathering.timer !== null) clearTimeout(gathering.timer);
    }
    await this.#owners.close();
  }
}

/** Milliseconds in which deliveries are gathered. */
function patience(state: ConversationState | null): number {
  const members = state?.phase === 'started' ? state.memberCount : 0;
  return Math.min(Math.max(readEveryMs, members * deliveredEveryMs.perMember), deliveredEveryMs.atMost);
}

const contextOf = (state: ConversationState): AdvanceContext => ({
  lastSequence: state.phase === 'started' ? state.lastSequence : 0,
  isMember: (userId) => memberOf(state, userId) !== null,
});

function standsAlready(state: ReceiptsState, { userId, deviceId, delivered = 0, read = 0 }: WatermarkAdvance): boolean {
  const now = watermarksOf(state, userId, deviceId);
  return Math.max(delivered, read) <= now.delivered && read <= now.read;
}
