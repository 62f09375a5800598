import { openEventLog } from '@parley/embedded';
import { newId } from '@parley/platform';
import type { TestServer } from '../../kit/server.js';
import { untilProjected } from '../measure/parley-operation.js';
import { type Account, operatorName, registerAll, registerOrLogIn } from '../measure/parley-people.js';
import { LogFiller } from './log-filler.js';
import { randomOf } from './random.js';
import type { ServerSource } from './server-source.js';

const members = 20;
const bystanders = 50;
const sideGroups = 1_000;
const sideGroupSize = 5;
/** Messages in all side groups by one of the long conversation. */
const sideShare = 0.1;
/** Messages that short conversations begin with: number 1,000 comes soon. */
const shortLength = 900;
const shortConversations = 8;

/** A server on a log with one very long conversation, and the same people in short ones. */
export interface LongLog {
  readonly server: TestServer;
  readonly operator: Account;
  /** Of the long conversation and of the short ones. */
  readonly members: readonly Account[];
  /** Members of the side groups only: most of what is in the log is not for them. */
  readonly bystanders: readonly Account[];
  readonly long: { readonly conversationId: string; readonly messages: number };
  /** Each with 900 messages. */
  readonly short: readonly string[];
  readonly events: number;
  /** What it took to project everything from nothing. */
  readonly catchUp: { readonly seconds: number; readonly events: number };
}

/**
 * People register with a server as always; the log is then written under it while it is stopped, as the write side
 * would have written it; started again it projects everything.
 */
export async function prepareLongLog(
  servers: ServerSource,
  messages: number,
  say: (text: string) => void,
): Promise<LongLog> {
  const dataDir = servers.newFolder();
  const before = await servers.parleyOn(dataDir);
  const people = await registerAll(before.url, named('member', members));
  const others = await registerAll(before.url, named('bystander', bystanders));
  const operator = await registerOrLogIn(before.url, operatorName);
  await before.stop();

  say(`writing a log of ${messages.toLocaleString('en')} messages in one conversation and what is around it`);
  const written = await writeLog(dataDir, messages, people, others);

  say(`projecting ${written.events.toLocaleString('en')} events`);
  const began = performance.now();
  const server = await servers.parleyOn(dataDir);
  let told = performance.now();
  await untilProjected(server.url, operator, {
    limitSeconds: 1_800,
    onLag: (lag) => {
      if (performance.now() - told < 10_000) return;
      told = performance.now();
      say(`${lag.toLocaleString('en')} events to go`);
    },
  });
  const catchUp = { seconds: (performance.now() - began) / 1_000, events: written.events };
  return { ...written, server, operator, members: people, bystanders: others, catchUp };
}

const named = (kind: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, n) => `${kind}-${n}`);

async function writeLog(
  dataDir: string,
  messages: number,
  people: readonly Account[],
  others: readonly Account[],
): Promise<Pick<LongLog, 'long' | 'short' | 'events'>> {
  const log = await openEventLog(dataDir);
  try {
    const random = randomOf(3);
    const end = Date.now();
    const filler = new LogFiller(log, random, end - messages * 1_000);
    const memberIds = people.map(({ userId }) => userId);
    const sides = Array.from({ length: sideGroups }, (_, n) => ({
      conversationId: newId('cnv'),
      memberIds: Array.from(
        { length: sideGroupSize },
        (_ignored, m) => others[(n + m * 7) % others.length]?.userId ?? '',
      ),
    }));
    for (const { conversationId, memberIds: sideIds } of sides) await filler.start(conversationId, sideIds);
    const short = Array.from({ length: shortConversations }, () => newId('cnv'));
    for (const conversationId of short) {
      await filler.start(conversationId, memberIds);
      await filler.talk(conversationId, shortLength);
    }
    const long = newId('cnv');
    await filler.start(long, memberIds);
    for (let said = 0; said < messages; said += LogFiller.most) {
      const count = Math.min(LogFiller.most, messages - said);
      await filler.talk(long, count);
      const aside = sides[Math.floor(random() * sides.length)]?.conversationId ?? long;
      await filler.talk(aside, Math.max(1, Math.floor(count * sideShare)));
    }
    await filler.finish();
    return { long: { conversationId: long, messages }, short, events: (await log.info()).events };
  } finally {
    await log.close();
  }
}
