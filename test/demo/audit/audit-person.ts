import { setTimeout as sleep } from 'node:timers/promises';
import { type ParleyClient, ParleyClientError } from '@parley/client';
import type { InboxEntry, MessageView } from '@parley/protocol';
import { Random } from '../logs/random.js';
import { checkLine } from '../model/check-line.js';
import { countFrom, noSpans, sees, sequencesOf } from '../model/group-model.js';
import { compareArrivals } from '../record/compare-arrivals.js';
import type { Device } from '../stage/device.js';
import type { Group } from '../stage/group.js';
import type { Person } from '../stage/person.js';
import type { Stage } from '../stage/stage.js';
import { compareHistory } from './compare-history.js';
import { compareInbox, type DueRow, type Row } from './compare-inbox.js';
import { compareSearch, type Hit } from './compare-search.js';
import { dueRow } from './due-rows.js';
import { hasWords, wordsOf } from './words.js';

/** A device to which nothing came for this long, though something is missing, will not get it. */
const givenUpMs = 15_000;
/** Messages a page. */
const pageSize = 200;

/**
 * Everything that one person has and can read, against the logs: all devices come back and catch up, then each one's
 * record, its own conversation list, the server's list, the history of every group, a search, and a look where they
 * have no business.
 */
export async function auditPerson(stage: Stage, person: Person, random: Random): Promise<void> {
  const { tally } = stage;
  const groups = stage.groups.filter(({ model }) => model.spans.has(person.id));
  const mine = groups.filter(({ model }) => model.members.has(person.id));
  const rows = mine.map((group) => dueRow(group, person.id, person.readUpTo(group)));
  const isRight = (message: MessageView): boolean => {
    const group = stage.groupOf(message.conversationId);
    return group !== undefined && checkLine(message, group.model, (id) => stage.person(id).userId) === 'right';
  };

  await Promise.all(
    person.devices.map(async (device, index) => {
      await device.wake();
      await caughtUp(device, groups, person);
      // Groups they were never in as well, should anything of them have come.
      for (const group of new Set([...groups, ...device.records.keys()]))
        auditRecord(stage, person, device, index, group);
      auditRows(rowsOfDevice(device.client), rows, `device ${index + 1} of ${person.id}`);
    }),
  );
  auditRows((await wholeInbox(person)).map(rowOfEntry), rows, person.id);
  for (const group of mine) await auditHistory(group);
  await auditSearch();
  await auditStrangers();
  await Promise.all(person.devices.map((device) => device.sleep()));

  function auditRows(have: readonly Row[], due: readonly DueRow[], whose: string): void {
    const faults = compareInbox(have, due, isRight);
    const told = (): string => `${whose}: ${faults.details.join('; ')}`;
    tally.fault('inbox', faults.mismatches, told);
    tally.fault('unauthorised', faults.unauthorised, told);
  }

  async function auditHistory(group: Group): Promise<void> {
    const { conversationId, model, title } = group;
    const messages: MessageView[] = [];
    for (let after: number | undefined = 0; after !== undefined;) {
      const from: number = after;
      const page = await person.request(({ api }) =>
        api.messages.list(conversationId, { after: from, limit: pageSize }),
      );
      messages.push(...page.data);
      after = page.hasMoreAfter ? page.data.at(-1)?.sequence : undefined;
    }
    const faults = compareHistory(messages, model.spans.get(person.id) ?? noSpans, isRight);
    const told = (): string => `${person.id} in ${title}`;
    tally.fault('history', faults.mismatches, told);
    tally.fault('unauthorised', faults.unauthorised, told);
  }

  /** A word of a line they can see, or at times of one they cannot. */
  async function auditSearch(): Promise<void> {
    const group = random.pick(stage.groups);
    const about = random.chance(0.8) && mine.length > 0 ? random.pick(mine) : group;
    const line = random.pick(about.model.lines);
    const words = [...new Set(wordsOf(line.text))].filter((word) => /^[a-z0-9]{3,}$/.test(word));
    if (words.length === 0) return;
    const query = words.length > 1 && random.chance(0.5) ? words.slice(0, 2) : [random.pick(words)];
    const due: Hit[] = mine.flatMap(({ model, conversationId }) =>
      [...sequencesOf(model.spans.get(person.id) ?? noSpans)]
        .filter((sequence) => hasWords(model.lines[sequence - 1]?.text ?? '', query))
        .map((sequence) => ({ conversationId, sequence })),
    );
    const hits: Hit[] = [];
    for (let cursor: string | undefined, first = true; first || cursor !== undefined; first = false) {
      const at = cursor === undefined ? {} : { cursor };
      const page = await person.request(({ api }) =>
        api.messages.search({ query: query.join(' '), limit: 100, ...at }),
      );
      hits.push(...page.data.map(({ message }) => message));
      cursor = page.nextCursor ?? undefined;
    }
    const faults = compareSearch(hits, due, ({ conversationId, sequence }) => {
      const of = mine.find((each) => each.conversationId === conversationId);
      return of !== undefined && sees(of.model.spans.get(person.id) ?? noSpans, sequence);
    });
    const told = (): string => `${person.id} for “${query.join(' ')}”: ${hits.length} hits, ${due.length} due`;
    tally.fault('search', faults.mismatches, told);
    tally.fault('unauthorised', faults.unauthorised, told);
  }

  /** A group they are not in, or not any more, is as if it were not there. */
  async function auditStrangers(): Promise<void> {
    const others = stage.groups.filter((group) => !mine.includes(group));
    if (others.length === 0) return;
    const left = groups.filter((group) => !mine.includes(group));
    const group = random.pick(left.length > 0 ? left : others);
    try {
      await person.request(({ api }) => api.messages.list(group.conversationId, { limit: 1 }));
      tally.fault('unauthorised', 1, () => `${person.id} reads ${group.title}`);
    } catch (error) {
      if (!(error instanceof ParleyClientError) || error.code !== 'conversation_not_found') throw error;
    }
  }
}

/** Live is not yet whole: a hole is fetched a moment later. */
async function caughtUp(device: Device, groups: readonly Group[], person: Person): Promise<void> {
  const missing = (): number =>
    groups.reduce((sum, group) => {
      const due = countFrom(group.model.spans.get(person.id) ?? noSpans, 1);
      return sum + Math.max(0, due - (device.records.get(group)?.shown.count ?? 0));
    }, 0);
  for (let last = missing(), since = performance.now(); last > 0;) {
    await sleep(50);
    const now = missing();
    if (now !== last) since = performance.now();
    last = now;
    if (performance.now() - since > givenUpMs) return;
  }
}

function auditRecord(stage: Stage, person: Person, device: Device, index: number, group: Group): void {
  const { tally } = stage;
  const spans = group.model.spans.get(person.id) ?? noSpans;
  const record = device.recordOf(group);
  const shown = compareArrivals(record.shown, spans);
  const wire = compareArrivals(record.wire, spans);
  const describe = (): string => {
    const story = device.story.map((line) => `\n      ${line}`).join('');
    const seen = `was shown ${told(record.shown.runs())} of ${told(spans)}, on the wire ${told(record.wire.runs())}`;
    return `device ${index + 1} of ${person.id} in ${group.title} ${seen}${story}`;
  };
  tally.counts.deliveries += shown.delivered - record.altered;
  tally.fault('lost', shown.lost + record.altered, describe);
  tally.fault('duplicated', shown.duplicated, describe);
  tally.fault('outOfOrder', shown.outOfOrder + record.misplaced, describe);
  tally.fault('unauthorised', Math.max(shown.unauthorised, wire.unauthorised), describe);
  stage.figures.redelivered += wire.duplicated;
}

const told = (runs: Iterable<{ readonly from: number; readonly to: number }>): string =>
  [...runs].map(({ from, to }) => `${from}–${to}`).join(' ');

async function wholeInbox(person: Person): Promise<InboxEntry[]> {
  const entries: InboxEntry[] = [];
  for (let cursor: string | undefined, first = true; first || cursor !== undefined; first = false) {
    const at = cursor === undefined ? {} : { cursor };
    const page = await person.request(({ api }) => api.conversations.list({ limit: 100, ...at }));
    entries.push(...page.data);
    cursor = page.nextCursor ?? undefined;
  }
  return entries;
}

const rowOfEntry = ({ conversation, lastMessage, readState }: InboxEntry): Row => ({
  conversationId: conversation.id,
  title: conversation.title ?? '',
  memberCount: conversation.memberCount,
  lastSequence: conversation.lastSequence,
  lastMessage,
  read: readState.read,
  unread: readState.unread,
  mentions: readState.mentions,
});

/** What the device itself shows. Its last sequence is that of the newest message it knows. */
const rowsOfDevice = (client: ParleyClient): Row[] =>
  client.conversations().map(({ id, conversation, lastMessage, read, unread, mentions }) => ({
    conversationId: id,
    title: conversation?.title ?? '',
    memberCount: conversation?.memberCount ?? 0,
    lastSequence: Math.max(conversation?.lastSequence ?? 0, lastMessage?.sequence ?? 0),
    lastMessage,
    read,
    unread,
    mentions,
  }));
