import type { NewEvent, RecordedEvent } from '@parley/events';
import type { AppendRequest, AppendResult, EventFilter, EventPlace } from '@parley/ports';
import type { Random } from '../engine/random.js';

export interface LogStateRules {
  /** A planted bug: the expected revision is not looked at. */
  readonly ignoresRevision: boolean;
}

/** The log in memory: what was decided to be written, in order. How much of it is durable is for others to know. */
export class LogState {
  readonly events: RecordedEvent[] = [];
  readonly #streams = new Map<string, RecordedEvent[]>();
  readonly #byId = new Map<string, RecordedEvent>();

  constructor(
    private readonly random: Random,
    private readonly rules: LogStateRules,
    recovered: readonly RecordedEvent[],
  ) {
    for (const event of recovered) this.#add(event);
  }

  stream(name: string): readonly RecordedEvent[] {
    return this.#streams.get(name) ?? [];
  }

  byId(eventId: string): RecordedEvent | undefined {
    return this.#byId.get(eventId);
  }

  append({ stream, expected, events }: AppendRequest): {
    readonly result: AppendResult;
    readonly added: readonly RecordedEvent[];
  } {
    const known = events.flatMap(({ eventId }) => this.#byId.get(eventId) ?? []);
    if (known.length > 0) return { result: repeated(stream, events, known), added: [] };
    const last = this.stream(stream).at(-1);
    const actual = last?.revision ?? 'none';
    if (expected !== 'any' && expected !== actual && !this.rules.ignoresRevision) {
      return { result: { outcome: 'conflict', actual }, added: [] };
    }
    const added = events.map((event) => this.#record(stream, event));
    const { revision, position } = added.at(-1)!;
    return { result: { outcome: 'appended', revision, position, repeated: false }, added };
  }

  /** Positions rise with gaps, so that nobody gets away with counting them. */
  #record(stream: string, event: NewEvent): RecordedEvent {
    const position = (this.events.at(-1)?.position ?? 0) + 1 + this.random.below(3);
    const recorded = { ...event, stream, revision: this.stream(stream).length, position };
    this.#add(recorded);
    return recorded;
  }

  #add(event: RecordedEvent): void {
    const stream = this.#streams.get(event.stream);
    if (stream === undefined) this.#streams.set(event.stream, [event]);
    else stream.push(event);
    this.events.push(event);
    this.#byId.set(event.eventId, event);
  }
}

function repeated(stream: string, events: readonly NewEvent[], known: readonly RecordedEvent[]): AppendResult {
  const inOrder = known.every((event, i) => event.stream === stream && event.revision > (known[i - 1]?.revision ?? -1));
  const last = known.at(-1);
  if (inOrder && known.length === events.length && last !== undefined) {
    return { outcome: 'appended', revision: last.revision, position: last.position, repeated: true };
  }
  return { outcome: 'duplicate', places: known.map(placeOf) };
}

const placeOf = ({ eventId, stream, revision, position }: RecordedEvent): EventPlace => ({
  eventId,
  stream,
  revision,
  position,
});

export const passes = (event: RecordedEvent, filter?: EventFilter): boolean =>
  (filter?.streamPrefixes?.some((prefix) => event.stream.startsWith(prefix)) ?? true) &&
  (filter?.types?.includes(event.type) ?? true);
