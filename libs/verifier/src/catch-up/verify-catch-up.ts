import { decodeEvent, type ParleyEvent, parseStream, type RecordedEvent, UndecodableEvent } from '@parley/events';
import { setTimeout as pause } from 'node:timers/promises';
import { Findings } from '../findings.js';
import type { LogSource, RowSource } from '../sources.js';
import { checkCatchUp, type PlacedEvent } from './check-catch-up.js';
import type { Places } from './places.js';

/** Events that an absence lasts at most. */
const longest = 1_000;
/** People who come back after each of them. */
const peopleLookedAt = 12;
const tries = 20;
const lookEveryMs = 100;

interface Options {
  readonly log: LogSource;
  readonly rows: RowSource;
  /** Where absences begin. */
  readonly places: Places;
  /** The log as far as it is looked at. */
  readonly lastPosition: number;
  readonly examples: number;
  readonly tell: (done: number, total: number) => void;
}

/** P: what devices are given that were away for a while, for some people and a bounded number of absences. */
export async function verifyCatchUp(
  { log, rows, places, lastPosition, examples, tell }: Options,
  findings: Findings,
): Promise<void> {
  const limit = Math.min(longest, places.apart);
  const { positions } = places;
  for (const [index, after] of positions.entries()) {
    const page = await log.readAll({ after, upTo: lastPosition, limit });
    const until = page.events.at(-1)?.position ?? after;
    const events = page.events.flatMap(placed);
    for (const userId of peopleOf(events)) {
      findings.take(await settled(log, rows, () => checkCatchUp({ rows, events, userId, after, until }, examples)));
    }
    tell(index + 1, positions.length);
  }
}

/** A difference counts when nothing moved while it was looked for: what differs may just not be there yet. */
async function settled(log: LogSource, rows: RowSource, check: () => Promise<Findings>): Promise<Findings> {
  const state = async (): Promise<string> => `${(await log.info()).lastPosition} ${String(await rows.projectedTo())}`;
  let before = await state();
  for (let left = tries; ; left--) {
    const found = await check();
    if (found.isClean || left <= 1) return found;
    await pause(lookEveryMs);
    const now = await state();
    if (now === before) return found;
    before = now;
  }
}

function placed(recorded: RecordedEvent): PlacedEvent[] {
  const stream = parseStream(recorded.stream);
  if (stream?.category !== 'conversation') return [];
  try {
    return [{ conversationId: stream.id, position: recorded.position, event: decodeEvent(recorded).event }];
  } catch (error) {
    if (error instanceof UndecodableEvent) return [];
    throw error;
  }
}

/** Some of those who had to do with what happened: they talked, came, went or were brought. */
function peopleOf(events: readonly PlacedEvent[]): ReadonlySet<string> {
  const people = new Set<string>();
  for (const { event } of events) {
    for (const userId of concerned(event)) {
      if (people.size < peopleLookedAt) people.add(userId);
    }
  }
  return people;
}

function concerned({ type, data }: ParleyEvent): readonly string[] {
  if (type === 'MessageSent.v1') return [data.senderId];
  if (type === 'ConversationStarted.v1') return data.members.map(({ userId }) => userId);
  if (type === 'MemberAdded.v1' || type === 'MemberJoined.v1') return [data.userId];
  if (type === 'MemberLeft.v1' || type === 'MemberRemoved.v1') return [data.userId];
  if (type === 'MessageEdited.v1') return [data.editedBy];
  return [];
}
