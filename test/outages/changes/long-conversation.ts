import { Random } from '../../demo/logs/random.js';
import { inParallel, orStalled } from '../../demo/stage/in-parallel.js';
import { insist } from '../../demo/stage/insist.js';
import { Participant } from './participant.js';

/** Messages under way at once while it is filled. */
const pipeline = 64;

/** Two people who have said very much to each other, for all loads on the same servers. */
export class LongConversation {
  private constructor(
    readonly id: string,
    readonly people: readonly Participant[],
    /** The newest sequence that is known. */
    private last: number,
  ) {}

  /** Resolves when so many messages were accepted. */
  static async fill(url: string, messages: number, seed: number): Promise<LongConversation> {
    const ann = new Participant(url, 'long-ann', new Random(seed));
    const ben = new Participant(url, 'long-ben', new Random(seed + 1));
    await Promise.all([ann.register(), ben.register()]);
    await ann.connect(pipeline);
    try {
      const { writer } = ann;
      const title = 'A long conversation';
      const group = { title, memberIds: [ben.userId] };
      const { conversationId } = await insist(() => writer.api.conversations.startGroup(group, 'long'));
      let accepted = 0;
      const send = async (line: number): Promise<void> => {
        await writer.send(conversationId, `line ${line} of ${messages}`, { clientMessageId: `line-${line}` });
        accepted++;
      };
      const lines = Array.from({ length: messages }, (_, index) => index + 1);
      await orStalled(
        inParallel(lines, 2 * pipeline, send),
        () => accepted,
        () => `${accepted} of ${messages} messages of the long conversation were accepted`,
      );
      return new LongConversation(conversationId, [ann, ben], messages);
    } finally {
      await ann.close();
    }
  }

  /** The two are connected. Resolves with the sequence of the last message so far. */
  async connect(): Promise<number> {
    await Promise.all(this.people.map((person) => person.connect()));
    const [person] = this.people;
    const read = await insist(async () => person?.listener.api.conversations.get(this.id));
    this.reached(read?.conversation.lastSequence ?? 0);
    return this.last;
  }

  /** Messages up to this sequence are there. */
  reached(sequence: number): void {
    this.last = Math.max(this.last, sequence);
  }
}
