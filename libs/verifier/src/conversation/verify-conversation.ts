import { conversationStream, receiptsStream } from '@parley/events';
import { setTimeout as pause } from 'node:timers/promises';
import { Findings } from '../findings.js';
import { headOf, readStream } from '../log/read-stream.js';
import type { LogSource, RowSource } from '../sources.js';
import { compareMessages } from './compare-messages.js';
import { comparePeople } from './compare-people.js';
import { compareReceipts } from './compare-receipts.js';
import { ConversationFold } from './conversation-fold.js';
import type { SettingsFolds } from './settings-fold.js';

/** Of a conversation in which something happens all the time. */
const tries = 20;
/** Rows that do not come any nearer for so long have all that they get: what concerns none of them moves no checkpoint. */
const stillMs = 2_000;
const lookEveryMs = 20;

export interface Scene {
  readonly log: LogSource;
  readonly rows: RowSource;
  readonly settings: SettingsFolds;
  /** Differences told one by one. */
  readonly keep: number;
}

/**
 * Folds one conversation and compares what is kept of it. While people talk in it what differs may just not be there
 * yet: a difference counts when nothing was written between the look at the log and the look at the rows. False: there was
 * no such moment.
 */
export async function verifyConversation(
  id: string,
  { log, rows, settings, keep }: Scene,
  findings: Findings,
): Promise<boolean> {
  const streams = [conversationStream(id), receiptsStream(id)];
  const heads = async (): Promise<number> => Math.max(...(await Promise.all(streams.map((one) => headOf(log, one)))));
  /** Where rows stood still. */
  let stoodAt = -1;
  for (let left = tries; left > 0; left--) {
    const found = new Findings(keep);
    const [head, reached] = [await heads(), await rows.projectedTo()];
    const fold = new ConversationFold(id, await headOf(log, receiptsStream(id)));
    for (const stream of streams) {
      for await (const page of readStream(log, stream)) for (const event of page) fold.apply(event);
    }
    for (const name of fold.repeated) {
      found.add({ check: 'E', place: id, what: name, expected: 'one message', found: 'several' });
    }
    for (const device of fold.fallen) {
      found.add({ check: 'E', place: id, what: `watermarks of ${device}`, expected: 'rising', found: 'not rising' });
    }
    await compareMessages(fold, log, rows, found);
    await compareReceipts(fold, rows, found);
    await comparePeople(fold, settings, rows, found);
    const isSettled = (await heads()) === head && (reached >= head || reached === stoodAt);
    if (found.isClean || isSettled) {
      findings.take(found);
      return true;
    }
    if (reached < head && !(await moves(rows, reached))) stoodAt = reached;
  }
  return false;
}

/** False: for a while they did not. */
async function moves(rows: RowSource, from: number): Promise<boolean> {
  for (const began = performance.now(); performance.now() - began < stillMs;) {
    if ((await rows.projectedTo()) !== from) return true;
    await pause(lookEveryMs);
  }
  return false;
}
