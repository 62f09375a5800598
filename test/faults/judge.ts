import { openLogReader } from '@parley/embedded';
import type { Ledger } from './talk.js';

export interface Logged {
  readonly sequence: number;
  readonly clientMessageId: string;
}

export interface Judgement {
  readonly lost: number;
  readonly doubled: number;
  readonly outOfOrder: number;
}

/** The messages of the log itself, in its order. */
export async function loggedMessages(dataDir: string): Promise<readonly Logged[]> {
  const log = openLogReader(dataDir);
  const messages: Logged[] = [];
  try {
    for (let after = 0, atEnd = false; !atEnd;) {
      const page = await log.readAll({ after, filter: { types: ['MessageSent.v1'] } });
      for (const { data } of page.events) messages.push(JSON.parse(data) as Logged);
      ({ atEnd, considered: after } = page);
    }
  } finally {
    log.close();
  }
  return messages;
}

/** Lost: accepted but not in the log, or in the log but not on a device. */
export function judge(log: readonly Logged[], ledgers: readonly Ledger[]): Judgement {
  const places = new Map(log.map(({ clientMessageId, sequence }) => [clientMessageId, sequence]));
  let lost = 0;
  let doubled = log.length - places.size;
  let outOfOrder = 0;
  for (const [index, { sequence }] of log.entries()) if (sequence !== index + 1) outOfOrder++;
  for (const { entries } of ledgers) {
    const received = new Set<number>();
    let last = 0;
    for (const entry of entries) {
      if (entry.event === 'accepted' && places.get(entry.clientMessageId) !== entry.sequence) lost++;
      if (entry.event !== 'received') continue;
      if (received.has(entry.sequence)) doubled++;
      else if (entry.sequence <= last || places.get(entry.clientMessageId) !== entry.sequence) outOfOrder++;
      received.add(entry.sequence);
      last = Math.max(last, entry.sequence);
    }
    lost += log.filter(({ sequence }) => !received.has(sequence)).length;
  }
  return { lost, doubled, outOfOrder };
}
