import { untilProjected } from '../measure/parley-operation.js';
import { nowMicros } from '../measure/stamped-text.js';
import type { LongLog } from '../prefill/long-log.js';
import type { Bench } from './bench.js';
import { Dialogue } from './dialogue.js';
import { type Costs, compareCosts, measureRound, noCosts } from './rounds.js';

const messagesInRound = 200;
/** Rounds in which the caches of either conversation become warm. */
const warmUps = 20;

export const conversationLength: Bench = {
  name: 'length',
  title: 'Message number 1,000,000 of a conversation beside number 1,000, same members',
  async run({ grounds, settings, say }) {
    const log = await grounds.longLog();
    const { server, operator, short, long } = log;
    const settled = (): Promise<void> => untilProjected(server.url, operator, { limitSeconds: 60 });
    const [first, ...others] = short;
    if (first === undefined) throw new Error('there are no short conversations');
    const dialogue = await openDialogue(log);

    say('opening both conversations for the first time');
    const openings = [await once(dialogue, first), await once(dialogue, long.conversationId)];
    for (let n = 0; n < warmUps; n++) {
      await dialogue.say(first);
      await dialogue.say(long.conversationId);
    }
    const harder: Costs[] = [];
    const easier: Costs[] = [];
    for (let repetition = 0; repetition < settings.repetitions; repetition++) {
      const [inLong, inShort] = [noCosts(), noCosts()];
      // Short and long in turn, each short conversation once a repetition at most: from 900 to about 1,100.
      for (const conversationId of roundsOf(others, repetition, settings.repetitions)) {
        const round = { pid: server.pid, dialogue, messages: messagesInRound, settled };
        await dialogue.say(conversationId);
        await measureRound(inShort, { ...round, conversationId });
        await measureRound(inLong, { ...round, conversationId: long.conversationId });
      }
      harder.push(inLong);
      easier.push(inShort);
    }
    await dialogue.close();
    const milliseconds = openings.map((micros) => `${(micros / 1_000).toFixed(1)} ms`);
    return {
      figures: compareCosts('number 1,000', harder, easier, { of: 'ratio', atMost: 1.1 }),
      notes: [
        `one message after the other, in turn ${messagesInRound} in a conversation of about 1,000 and ${messagesInRound} in one ` +
          `of ${long.messages.toLocaleString('en')}; 20 members, two of them connected`,
        `the very first message, with no snapshot of its conversation yet: ${milliseconds[0]} (900 messages), ` +
          `${milliseconds[1]} (${long.messages.toLocaleString('en')} messages)`,
      ],
    };
  },
};

async function openDialogue({ server, members }: LongLog): Promise<Dialogue> {
  const [talker, listener] = members;
  if (talker === undefined || listener === undefined) throw new Error('the conversation has no members');
  return Dialogue.open(server.url, talker, listener);
}

async function once(dialogue: Dialogue, conversationId: string): Promise<number> {
  const began = nowMicros();
  await dialogue.say(conversationId);
  return nowMicros() - began;
}

/** The conversations of one repetition: all of them, shared out over the repetitions. At least one. */
function roundsOf(conversations: readonly string[], repetition: number, repetitions: number): readonly string[] {
  const share = Math.max(1, Math.floor(conversations.length / repetitions));
  return Array.from({ length: share }, (_, n) => conversations[(repetition * share + n) % conversations.length] ?? '');
}
