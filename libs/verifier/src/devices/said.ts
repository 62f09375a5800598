import { conversationStream, receiptsStream } from '@parley/events';
import { ConversationFold } from '../conversation/conversation-fold.js';
import { readStream } from '../log/read-stream.js';
import type { LogSource } from '../sources.js';

interface MessageName {
  readonly messageId: string;
  readonly senderId: string;
  readonly clientMessageId: string;
}

/** A conversation as the log has it, and the name of each of its messages in eight bytes. */
export interface Said {
  readonly fold: ConversationFold;
  isNamed(sequence: number, name: MessageName): boolean;
}

/** Conversations by id, read when the first ledger speaks of them: what a ledger says was in the log before. */
export class SaidInLog {
  readonly #said = new Map<string, Promise<Said>>();

  constructor(private readonly log: LogSource) {}

  of(conversationId: string): Promise<Said> {
    let said = this.#said.get(conversationId);
    if (said === undefined) {
      said = this.#read(conversationId);
      this.#said.set(conversationId, said);
    }
    return said;
  }

  async #read(conversationId: string): Promise<Said> {
    const fold = new ConversationFold(conversationId);
    let marks = new Float64Array(64);
    for (const stream of [conversationStream(conversationId), receiptsStream(conversationId)]) {
      for await (const page of readStream(this.log, stream)) {
        for (const each of page) {
          fold.apply(each);
          if (each.event.type !== 'MessageSent.v1') continue;
          const { sequence } = each.event.data;
          if (sequence >= marks.length) {
            const wider = new Float64Array(marks.length * 2);
            wider.set(marks);
            marks = wider;
          }
          marks[sequence] = markOf(each.event.data);
        }
      }
    }
    fold.forgetNames();
    return { fold, isNamed: (sequence, name) => marks[sequence] === markOf(name) };
  }
}

/** 52 bits of FNV-1a, twice with other beginnings: two names of one sequence that differ are told apart. */
function markOf({ messageId, senderId, clientMessageId }: MessageName): number {
  const text = `${messageId} ${senderId} ${clientMessageId}`;
  let [low, high] = [0x811c9dc5, 0x9747b28c];
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x85ebca6b);
  }
  return (high >>> 12) * 4_294_967_296 + (low >>> 0);
}
