import type { NewEvent, RecordedEvent } from '@parley/events';
import { EventLogUnavailable, type AppendResult, type ExpectedRevision } from '@parley/ports';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Fate, MemoryStreams } from '../testing/memory-streams.js';
import { append, derived, scene } from '../testing/scene.js';

interface Call {
  readonly writer: number;
  readonly stream: number;
  /** Of a small set: they come again and again. */
  readonly ids: readonly number[];
  readonly expected: 'believed' | 'any' | 'none' | number;
  readonly wait: boolean;
  readonly index: 'still' | 'step' | 'away' | 'back';
  readonly restart: boolean;
}

interface Answer {
  readonly events: readonly NewEvent[];
  readonly stream: string;
  readonly result: AppendResult;
  /** Some of the events were in the log when the call was made. */
  readonly wasThere: boolean;
}

interface Play {
  readonly calls: readonly Call[];
  readonly fates: readonly Fate[];
  readonly delays: readonly number[];
}

const plays = fc.record<Play>({
  calls: fc.array(
    fc.record<Call>({
      writer: fc.nat(1),
      stream: fc.nat(1),
      ids: fc.uniqueArray(fc.nat(60), { minLength: 1, maxLength: 3 }),
      expected: fc.oneof(
        { weight: 4, arbitrary: fc.constant('believed' as const) },
        { weight: 3, arbitrary: fc.constant('any' as const) },
        { weight: 1, arbitrary: fc.constant('none' as const) },
        { weight: 1, arbitrary: fc.nat(20) },
      ),
      wait: fc.boolean(),
      index: fc.oneof(
        { weight: 30, arbitrary: fc.constant('still' as const) },
        { weight: 20, arbitrary: fc.constant('step' as const) },
        { weight: 1, arbitrary: fc.constantFrom('away' as const, 'back' as const) },
      ),
      restart: fc.constantFrom(true, ...Array.from({ length: 9 }, () => false)),
    }),
    { minLength: 1, maxLength: 80, size: 'max' },
  ),
  fates: fc.array(
    fc.oneof(
      { weight: 8, arbitrary: fc.constant<Fate>('answered') },
      { weight: 1, arbitrary: fc.constantFrom<Fate>('written-unheard', 'written-later', 'lost') },
    ),
    { minLength: 1, maxLength: 40 },
  ),
  delays: fc.array(fc.nat(3), { minLength: 1 }),
});

const unavailable = (error: unknown): void => expect(error).toBeInstanceOf(EventLogUnavailable);

async function play({ calls, fates, delays }: Play): Promise<{ streams: MemoryStreams; answers: readonly Answer[] }> {
  // Little memory and short pages, so that everything is forgotten and read again all the time.
  const { streams, index, aWriter } = scene({ perStream: 6, total: 14, packed: 100 }, { endPage: 3, largestGap: 5 });
  let fate = 0;
  let delay = 0;
  streams.fate = () => fates[fate++ % fates.length]!;
  // The index moves on at any moment, in the middle of look-ups too.
  index.delay = streams.delay = () => {
    const turns = delays[delay++ % delays.length]!;
    if (turns === 3) index.advance(1);
    return turns;
  };
  const writers = [aWriter(), aWriter()];
  const believed = new Map<string, ExpectedRevision>();
  const answers: Answer[] = [];
  const running: Promise<void>[] = [];
  for (const [n, call] of calls.entries()) {
    if (call.restart) writers[call.writer] = aWriter();
    if (call.index === 'step') index.advance(1 + (n % 3));
    if (call.index === 'away' || call.index === 'back') index.isAway = call.index === 'away';
    if (n % 7 === 6) streams.settle();
    const stream = `s${call.stream}`;
    const events = call.ids.map((id) => derived(stream, String(id)));
    const ids = new Set(events.map(({ eventId }) => eventId));
    const wasThere = streams.all.some(({ eventId }) => ids.has(eventId));
    const key = `${call.writer} ${stream}`;
    const expected = call.expected === 'believed' ? (believed.get(key) ?? 'none') : call.expected;
    const tell = (result: AppendResult): void => {
      answers.push({ events, stream, result, wasThere });
      if (result.outcome === 'appended') believed.set(key, streams.events(stream).length - 1);
      if (result.outcome === 'conflict') believed.set(key, result.actual);
    };
    running.push(append(writers[call.writer]!, events, expected, stream).then(tell, unavailable));
    if (call.wait) await Promise.all(running.splice(0));
  }
  await Promise.all(running);
  streams.settle();
  return { streams, answers };
}

/** What is wrong with an answer, given where everything stands in the end. */
function wrongs({ events, stream, result, wasThere }: Answer, where: ReadonlyMap<string, RecordedEvent>): string[] {
  const stands = (eventId: string, place: Partial<RecordedEvent>): boolean => {
    const found = where.get(eventId);
    return Object.entries(place).every(([key, value]) => found?.[key as keyof RecordedEvent] === value);
  };
  const wrong: string[] = [];
  switch (result.outcome) {
    case 'conflict':
      if (wasThere) wrong.push('a repetition was told to try elsewhere');
      break;
    case 'duplicate':
      if (!result.places.every((place) => stands(place.eventId, place)))
        wrong.push('a duplicate is not where it is said');
      break;
    case 'appended': {
      const { revision, position, repeated } = result;
      if (wasThere && !repeated) wrong.push('a repetition was written');
      if (!stands(events.at(-1)!.eventId, { revision, position })) wrong.push('the last event is not where it is said');
      if (!events.every(({ eventId }) => stands(eventId, { stream }))) wrong.push('an acknowledged event is not there');
    }
  }
  return wrong;
}

it(
  'write each id at most once and answer what is there: two writers, an index that lags and goes away, lost answers',
  {
    timeout: 60_000,
  },
  async () => {
    const seed = Number(process.env['FC_SEED'] ?? Date.now() % 1_000_000);
    const outcomes = { appended: 0, conflict: 0, duplicate: 0 };
    const oneRound = async (plan: Play): Promise<void> => {
      const { streams, answers } = await play(plan);
      const where = new Map(streams.all.map((event) => [event.eventId, event]));
      expect(where.size, 'an id stands at two places').toBe(streams.all.length);
      expect(answers.flatMap((answer) => wrongs(answer, where))).toEqual([]);
      const written = answers.filter(({ result }) => result.outcome === 'appended' && !result.repeated);
      const firsts = written.flatMap(({ events }) => events.map(({ eventId }) => eventId));
      expect(new Set(firsts).size, 'an id was written twice, it was said').toBe(firsts.length);
      for (const { result } of answers) outcomes[result.outcome]++;
    };
    const runs = Number(process.env['FC_RUNS'] ?? 100);
    await fc.assert(fc.asyncProperty(plays, oneRound), { numRuns: runs, seed, endOnFailure: runs !== 100 });
    // Not a test of something else.
    expect(Math.min(...Object.values(outcomes))).toBeGreaterThan(runs);
  },
);
