import {
  conversationStream,
  type MembershipWindow,
  receiptsStream,
  type RecordedEvent,
  sees,
  visibleRanges,
} from '@parley/events';
import { ConversationState } from './conversation-state.js';
import { changedMessage, type MessageAsOf, sentMessage } from './message-state.js';
import { eventsOf, lastBefore, type StreamSource } from './read-stream.js';

/** A moment as somebody names it: a position of the log, a time in ms since 1970 UTC, or neither: now. */
interface Moment {
  readonly position?: number | undefined;
  readonly time?: number | undefined;
}

interface PageRequest {
  readonly windows: readonly MembershipWindow[];
  /** Exclusive; at most one of the two. None: the newest as of the moment. */
  readonly before?: number | undefined;
  readonly after?: number | undefined;
  readonly limit: number;
  /** Only messages whose text, as it was, matches. */
  readonly matches?: ((text: string) => boolean) | undefined;
}

interface MessagePage {
  /** In rising order of sequence. */
  readonly messages: readonly MessageAsOf[];
  readonly hasMoreBefore: boolean;
  readonly hasMoreAfter: boolean;
}

/** A place that a slider can stand on. */
interface MomentOfChange {
  readonly position: number;
  /** ms since 1970 UTC. */
  readonly time: number;
  /** Events of the conversation since the moment before it. */
  readonly events: number;
}

/**
 * A conversation as it was, folded from its own two streams. Costs time with the length of the conversation and memory
 * with its members and the page asked for. The caller authorises.
 */
export class ConversationAsOf {
  constructor(
    private readonly log: StreamSource,
    private readonly conversationId: string,
  ) {}

  /**
   * The position that a moment means. The clocks of nodes differ, so a time is looked up where the conversation crosses
   * it: what lies between two events of the conversation belongs to the earlier one. 0: before its beginning.
   */
  async positionOf({ position, time }: Moment): Promise<number> {
    if (position !== undefined) return position;
    if (time === undefined) return Infinity;
    const isBefore = (recorded: RecordedEvent): boolean => recorded.time <= time;
    const stream = conversationStream(this.conversationId);
    const said = await lastBefore(this.log, stream, isBefore);
    if (said === null) return 0;
    const receipt = await lastBefore(this.log, receiptsStream(this.conversationId), isBefore);
    if (receipt === null || receipt.position < said.position) return said.position;
    const [next] = await this.log.readStream(stream, { from: said.revision + 1, limit: 1 });
    return receipt.position < (next?.position ?? Infinity) ? receipt.position : said.position;
  }

  /** All but the messages. @param userId whose mentions are counted; null: nobody's */
  async state(upTo: number, userId: string | null = null): Promise<ConversationState> {
    const state = new ConversationState(this.conversationId, userId);
    for (const stream of [conversationStream(this.conversationId), receiptsStream(this.conversationId)]) {
      for await (const event of eventsOf(this.log, stream, { upTo })) state.apply(event);
    }
    return state;
  }

  /** Messages as they were. One that was deleted since is told as deleted: its text is shown to nobody any more. */
  async messages(upTo: number, request: PageRequest): Promise<MessagePage> {
    const { sequences, from, ...more } = await this.#choose(upTo, request);
    if (sequences.length === 0) return { messages: [], ...more };
    const found = new Map<number, MessageAsOf>();
    const wanted = new Set(sequences);
    for await (const { event, recorded } of eventsOf(this.log, conversationStream(this.conversationId), { from })) {
      const { type, data } = event;
      if (!('sequence' in data) || !wanted.has(data.sequence)) continue;
      const { sequence } = data;
      const message = found.get(sequence);
      if (type === 'MessageSent.v1') found.set(sequence, sentMessage(this.conversationId, data, recorded.time));
      else if (message !== undefined && (recorded.position <= upTo || type === 'MessageDeleted.v1')) {
        found.set(sequence, changedMessage(message, event, recorded.time));
      }
    }
    return { messages: sequences.flatMap((sequence) => found.get(sequence) ?? []), ...more };
  }

  /** At most `most` moments, spread evenly over the events that lie within these windows. */
  async moments(windows: readonly MembershipWindow[], most: number): Promise<readonly MomentOfChange[]> {
    const stream = conversationStream(this.conversationId);
    const info = await this.log.streamInfo(stream);
    const [first] = windows;
    if (info === null || first === undefined) return [];
    const before = await lastBefore(this.log, stream, ({ position }) => position < first.afterPosition);
    const start = before?.revision ?? -1;
    const count = info.lastRevision - start;
    const moments: MomentOfChange[] = [];
    let told = start;
    for (let i = 1; i <= Math.min(most, count); i++) {
      const revision = start + Math.round((i * count) / Math.min(most, count));
      const [recorded] = await this.log.readStream(stream, { from: revision, limit: 1 });
      if (recorded === undefined || !isWithin(windows, recorded.position)) continue;
      moments.push({ position: recorded.position, time: recorded.time, events: revision - told });
      told = revision;
    }
    return moments;
  }

  /** Which messages a page holds, and a revision at or before the first of them. */
  async #choose(upTo: number, { windows, before, after, limit, matches }: PageRequest) {
    const { matching, starts, lastSequence } = await this.#look(upTo, { windows, matches });
    const all =
      matches === undefined
        ? sequencesIn(windows, lastSequence, { before, after, limit: limit + 1 })
        : [...matching].toSorted((a, b) => a - b);
    const page = cutOut(all, { before, after, limit });
    const first = page.sequences[0] ?? 0;
    const from = starts.findLast(({ sequence }) => sequence <= first)?.revision ?? 0;
    const ends = visibleRanges(windows, { from: 1, to: lastSequence });
    if (matches !== undefined || page.sequences.length === 0) return { ...page, from };
    return {
      ...page,
      from,
      hasMoreBefore: first > (ends[0]?.from ?? 0),
      hasMoreAfter: (page.sequences.at(-1) ?? 0) < (ends.at(-1)?.to ?? 0),
    };
  }

  /** Where messages begin, how many there were, and which of them match. */
  async #look(upTo: number, { windows, matches }: Pick<PageRequest, 'windows' | 'matches'>) {
    const matching = new Set<number>();
    const starts: { readonly sequence: number; readonly revision: number }[] = [];
    let lastSequence = 0;
    // What was deleted after the moment is not found either, so a search reads on to the end.
    const end = matches === undefined ? upTo : Infinity;
    for await (const { event, recorded } of eventsOf(this.log, conversationStream(this.conversationId), {
      upTo: end,
    })) {
      const { type, data } = event;
      if (type === 'MessageDeleted.v1') matching.delete(data.sequence);
      if (recorded.position > upTo) continue;
      if (type === 'MessageSent.v1') {
        ({ sequence: lastSequence } = data);
        if (lastSequence % sparse === 1) starts.push({ sequence: lastSequence, revision: recorded.revision });
      }
      if (matches !== undefined && (type === 'MessageSent.v1' || type === 'MessageEdited.v1')) {
        const { content, sequence } = data;
        if (content.type === 'text.v1' && sees(windows, sequence) && matches(content.text)) matching.add(sequence);
        else matching.delete(sequence);
      }
    }
    return { matching, starts, lastSequence };
  }
}

/** Where messages begin is remembered for one in so many. */
const sparse = 1_024;

const isWithin = (windows: readonly MembershipWindow[], position: number): boolean =>
  windows.some(
    ({ afterPosition, untilPosition }) =>
      position >= afterPosition && (untilPosition === null || position <= untilPosition),
  );

interface Cut {
  readonly before?: number | undefined;
  readonly after?: number | undefined;
  readonly limit: number;
}

/** Sequences that may be seen, no more of them than the page needs. */
function sequencesIn(windows: readonly MembershipWindow[], last: number, { before, after, limit }: Cut): number[] {
  const ranges = visibleRanges(windows, { from: (after ?? 0) + 1, to: Math.min(last, (before ?? Infinity) - 1) });
  const sequences: number[] = [];
  for (const { from, to } of after === undefined ? ranges.toReversed() : ranges) {
    for (let i = 0; i <= to - from && sequences.length < limit; i++) {
      sequences.push(after === undefined ? to - i : from + i);
    }
  }
  return sequences.toSorted((a, b) => a - b);
}

function cutOut(rising: readonly number[], { before, after, limit }: Cut) {
  const low = after ?? 0;
  const high = before ?? Infinity;
  const inside = rising.filter((sequence) => sequence > low && sequence < high);
  const sequences = after === undefined ? inside.slice(-limit) : inside.slice(0, limit);
  const first = sequences[0] ?? high;
  const last = sequences.at(-1) ?? low;
  return {
    sequences,
    hasMoreBefore: rising.some((sequence) => sequence < first),
    hasMoreAfter: rising.some((sequence) => sequence > last),
  };
}
