import { setTimeout as sleep } from 'node:timers/promises';
import type { MessageView } from '@parley/protocol';
import type { Tally } from '../../demo/audit/tally.js';
import { Arrivals } from '../../demo/record/arrivals.js';
import { compareArrivals } from '../../demo/record/compare-arrivals.js';
import { insist } from '../../demo/stage/insist.js';
import { messageDifferences, pinDifferences, stateDifferences } from './compare-standing.js';
import type { Ledger } from './ledger.js';
import type { Participant } from './participant.js';

/** What differs and has not changed for so long will stay so, ms. */
const givenUpMs = 15_000;
const lookEveryMs = 250;
const pageSize = 200;
/** Of the differences of one look, those that are described. */
const described = 5;

/**
 * What one person has and can read of a conversation, against what must stand: what their connected device has shown and
 * shows now, history, and the row of the conversation.
 */
export async function auditParticipant(
  tally: Tally,
  participant: Participant,
  conversationId: string,
  ledger: Ledger,
): Promise<void> {
  const { listener, username } = participant;
  const note = (fault: 'lost' | 'history' | 'inbox', where: string, differences: readonly string[]): void =>
    tally.fault(
      fault,
      differences.length,
      () => `${where} of ${username} in ${conversationId}: ${differences.slice(0, described).join('; ')}`,
    );
  const ofDevice = async (): Promise<readonly string[]> => {
    const messages = await windowOf(participant, conversationId, ledger.after);
    const pins = listener.conversation(conversationId)?.conversation?.pins ?? [];
    return [...messageDifferences(messages, ledger), ...pinDifferences(pins, ledger)];
  };
  const ofHistory = async (): Promise<readonly string[]> =>
    messageDifferences(await historyOf(participant, conversationId, ledger.after), ledger);
  const ofRow = async (): Promise<readonly string[]> => {
    const { conversation, lastMessage } = await insist(() => listener.api.conversations.get(conversationId));
    const due = ledger.messages.get(ledger.last);
    const differences = [...pinDifferences(conversation.pins, ledger)];
    for (const sequence of [conversation.lastSequence, lastMessage?.sequence ?? 0])
      if (sequence !== ledger.last) differences.push(`ends with ${sequence} instead of ${ledger.last}`);
    if (lastMessage !== null && due?.sequence === lastMessage.sequence)
      differences.push(...stateDifferences(lastMessage, due).map((what) => `the last message ${what}`));
    return differences;
  };

  note('lost', 'device', await lasting(ofDevice));
  note('history', 'history', await lasting(ofHistory));
  note('inbox', 'row', await lasting(ofRow));
  auditArrivals(tally, participant, conversationId, ledger);
}

/** Once each and in order, as it came; what became of it later is seen in the device's window. */
function auditArrivals(tally: Tally, { shown, username }: Participant, conversationId: string, ledger: Ledger): void {
  const arrivals = new Arrivals();
  for (const { from, to } of shown.get(conversationId)?.runs() ?? [])
    for (let sequence = Math.max(from, ledger.after + 1); sequence <= to; sequence++) arrivals.add(sequence);
  const due = ledger.last > ledger.after ? [{ from: ledger.after + 1, to: ledger.last }] : [];
  const faults = compareArrivals(arrivals, due);
  const told = (): string =>
    `${username} in ${conversationId} was shown ${[...arrivals.runs()].map(({ from, to }) => `${from}–${to}`).join(' ')}`;
  tally.counts.deliveries += faults.delivered;
  tally.fault('lost', faults.lost, told);
  tally.fault('duplicated', faults.duplicated, told);
  tally.fault('outOfOrder', faults.outOfOrder, told);
  tally.fault('unauthorised', faults.unauthorised, told);
}

/** The differences that stay. */
async function lasting(look: () => Promise<readonly string[]>): Promise<readonly string[]> {
  for (let last = '', since = performance.now(); ;) {
    const differences = await look();
    if (differences.length === 0) return differences;
    const now = differences.join('\n');
    if (now !== last) since = performance.now();
    last = now;
    if (performance.now() - since > givenUpMs) return differences;
    await sleep(lookEveryMs);
  }
}

/** What the device shows. One that had to begin anew reads what came before as its person would: by scrolling up. */
async function windowOf(
  { listener }: Participant,
  conversationId: string,
  after: number,
): Promise<readonly MessageView[]> {
  const messages = (): readonly MessageView[] => listener.window(conversationId);
  for (let hasOlder = true; hasOlder && (messages()[0]?.sequence ?? Infinity) > after + 1;)
    hasOlder = await insist(() => listener.loadOlder(conversationId, pageSize));
  return messages();
}

async function historyOf(
  { listener }: Participant,
  conversationId: string,
  from: number,
): Promise<readonly MessageView[]> {
  const messages: MessageView[] = [];
  for (let after: number | undefined = from; after !== undefined;) {
    const last: number = after;
    const page = await insist(() => listener.api.messages.list(conversationId, { after: last, limit: pageSize }));
    messages.push(...page.data);
    after = page.hasMoreAfter ? page.data.at(-1)?.sequence : undefined;
  }
  return messages;
}
