import type { Tally } from '../../demo/audit/tally.js';
import { Random } from '../../demo/logs/random.js';
import { inParallel } from '../../demo/stage/in-parallel.js';
import { insist } from '../../demo/stage/insist.js';
import { auditParticipant } from './audit.js';
import { Conversation } from './conversation.js';
import type { LongConversation } from './long-conversation.js';
import { nextChange, type NextCommand, nextMessage } from './next-command.js';
import { Participant } from './participant.js';
import { PersonApi } from './person-api.js';

export interface ChangesSize {
  /** Groups in which things change, and people in each. */
  readonly groups: number;
  readonly people: number;
  /** Direct conversations, in which one blocks the other at times. */
  readonly directs: number;
  /** Commands of each person. */
  readonly steps: number;
}

export interface ChangesOptions {
  readonly url: string;
  readonly seed: number;
  readonly size: ChangesSize;
  readonly long: LongConversation;
  /** What a group of the demo waits for before each of its moves. */
  readonly pace: () => Promise<void>;
}

/** A conversation that is under way. */
interface Open {
  readonly id: string;
  readonly title: string;
  readonly people: readonly Participant[];
  readonly conversation: Conversation;
}

const numbersTo = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

/** Everybody asks for something half as often as a group makes a move. */
const pausesBetween = 2;
const peopleAtOnce = 4;
/** Blocks are heeded everywhere after so long at the latest, ms. */
const heededMs = 2_000;

/**
 * People beside those of the demo, whose messages do not stay as they were sent: edited again and again, deleted, reacted
 * to, pinned, and refused by who blocks. Two more go on talking in a long conversation. What must stand in the end is
 * what each was answered last.
 */
export class Changes {
  readonly #open: Open[] = [];
  readonly #people: Participant[] = [];
  #isOver = false;

  constructor(private readonly options: ChangesOptions) {}

  /** Rises as long as something moves. */
  get progress(): number {
    return this.#people.length + this.#open.reduce((sum, { conversation }) => sum + conversation.ledger.answered, 0);
  }

  /** Messages accepted. */
  get messages(): number {
    return this.#open.reduce((sum, { conversation }) => sum + conversation.ledger.messages.size, 0);
  }

  /** Commands answered that sent nothing. */
  get changes(): number {
    return this.#open.reduce((sum, { conversation }) => sum + conversation.ledger.changed, 0);
  }

  /** What everybody waits for. */
  get doing(): string {
    return this.#open.map(({ title, conversation }) => `${title}: ${conversation.doing}`).join('; ');
  }

  /** Resolves when all of them have done what they wanted. */
  async play(): Promise<void> {
    const { groups, directs } = this.options.size;
    await Promise.all([
      ...numbersTo(groups).map((index) => this.#playGroup(index)),
      ...numbersTo(directs).map((index) => this.#playDirect(groups + index)),
      this.#playLong(groups + directs),
    ]);
  }

  /** What everybody has and can read, against what they were answered. `onDone`: one person was compared. */
  async compare(tally: Tally, onDone: () => void): Promise<void> {
    for (const { conversation, title } of this.#open)
      for (const { fault, what } of conversation.ledger.mistakes) tally.fault(fault, 1, () => `${title}: ${what}`);
    const all = this.#open.flatMap(({ id, people, conversation }) =>
      people.map((person) => ({ id, person, ledger: conversation.ledger })),
    );
    await inParallel(all, peopleAtOnce, async ({ id, person, ledger }) => {
      await auditParticipant(tally, person, id, ledger);
      onDone();
    });
  }

  /** Nobody asks for anything any more, and nobody stays connected. */
  async end(): Promise<void> {
    this.#isOver = true;
    for (const { id, conversation } of this.#open)
      if (id === this.options.long.id) this.options.long.reached(conversation.ledger.last);
    await Promise.all(this.#people.map((person) => person.close()));
  }

  async #playGroup(index: number): Promise<void> {
    const people = await this.#newcomers(`group-${index + 1}`, this.options.size.people);
    const [starter, ...others] = people;
    if (starter === undefined) return;
    const title = `changing ${index + 1}`;
    const group = { title, memberIds: others.map(({ userId }) => userId) };
    const { conversationId } = await insist(() =>
      starter.writer.api.conversations.startGroup(group, `changing-${index + 1}`),
    );
    await this.#opened(conversationId, title, people, index, 0, nextChange(null)).play();
  }

  async #playDirect(index: number): Promise<void> {
    const people = await this.#newcomers(`direct-${index + 1}`, 2);
    const [blocker, blocked] = people;
    if (blocker === undefined || blocked === undefined) return;
    const { conversationId } = await insist(() => blocker.writer.api.conversations.startDirect(blocked.userId));
    const changeOf = { [blocker.userId]: nextChange(blocked.userId), [blocked.userId]: nextChange(null) };
    const next: NextCommand = (ledger, userId, random) => (changeOf[userId] ?? nextMessage)(ledger, userId, random);
    const conversation = this.#opened(conversationId, `direct ${index + 1}`, people, index, 0, next);
    await conversation.play();
    const [first, second] = conversation.actors;
    if (first !== undefined && second !== undefined) await conversation.tryBlock(first, second, heededMs);
  }

  async #playLong(index: number): Promise<void> {
    const { long } = this.options;
    this.#people.push(...long.people);
    const after = await long.connect();
    await this.#opened(long.id, 'the long one', long.people, index, after, nextMessage).play();
  }

  /** Registered and connected, before there is anything that they could miss. */
  async #newcomers(name: string, count: number): Promise<readonly Participant[]> {
    const { url, seed } = this.options;
    const people = Array.from(
      { length: count },
      (_, index) => new Participant(url, `${name}-${index + 1}`, new Random(seed + 10_000 + index)),
    );
    this.#people.push(...people);
    await Promise.all(
      people.map(async (person) => {
        await person.register();
        if (!this.#isOver) await person.connect();
      }),
    );
    return people;
  }

  #opened(
    id: string,
    title: string,
    people: readonly Participant[],
    index: number,
    after: number,
    next: NextCommand,
  ): Conversation {
    const { url, size } = this.options;
    const seed = this.options.seed + 20_000 + index * 100;
    const actors = people.map((person, at) => ({
      userId: person.userId,
      api: new PersonApi(url, id, person, new Random(seed + 50 + at)),
    }));
    const pace = async (): Promise<void> => {
      for (let pause = 0; pause < pausesBetween; pause++) await this.options.pace();
    };
    const conversation = new Conversation(actors, {
      seed,
      after,
      steps: size.steps,
      next,
      pace,
      isOver: () => this.#isOver,
    });
    this.#open.push({ id, title, people, conversation });
    return conversation;
  }
}
