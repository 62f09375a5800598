import type { AppendRequest, AppendResult, EventPlace } from '@parley/ports';

/**
 * Many appends on their way to the writer's thread: two flat arrays, because cloning them costs a third of cloning
 * objects. For each append: the stream in `texts`, [expected, count] in `numbers`; then for each of its events id, type,
 * data, metadata in `texts` and time in `numbers`.
 */
export interface AppendBatch {
  readonly texts: string[];
  readonly numbers: number[];
}

const none = -1;
const any = -2;

export const emptyBatch = (): AppendBatch => ({ texts: [], numbers: [] });

export function packAppend(batch: AppendBatch, { stream, expected, events }: AppendRequest): void {
  const { texts, numbers } = batch;
  texts.push(stream);
  numbers.push(expected === 'none' ? none : expected === 'any' ? any : expected, events.length);
  for (const event of events) {
    texts.push(event.eventId, event.type, event.data, event.metadata);
    numbers.push(event.time);
  }
}

export function unpackAppends({ texts, numbers }: AppendBatch): AppendRequest[] {
  const requests: AppendRequest[] = [];
  let text = 0;
  let number = 0;
  const nextText = (): string => texts[text++] as string;
  const nextNumber = (): number => numbers[number++] as number;
  while (text < texts.length) {
    const stream = nextText();
    const expected = nextNumber();
    const events = Array.from({ length: nextNumber() }, () => ({
      eventId: nextText(),
      type: nextText(),
      data: nextText(),
      metadata: nextText(),
      time: nextNumber(),
    }));
    requests.push({ stream, expected: expected === none ? 'none' : expected === any ? 'any' : expected, events });
  }
  return requests;
}

/** Answers in the order of the appends. `failed`: none of them was written, for this reason. */
export interface AnswerBatch {
  readonly appends: number;
  /** Three numbers an append: kind, revision, position. */
  readonly numbers: readonly number[];
  /** Of the appends answered `duplicate`, in order. */
  readonly places: readonly (readonly EventPlace[])[];
  readonly failed: string | null;
}

const kinds = { appended: 0, repeated: 1, conflict: 2, duplicate: 3 } as const;

export function packAnswers(results: readonly AppendResult[]): AnswerBatch {
  const numbers: number[] = [];
  const places: (readonly EventPlace[])[] = [];
  for (const result of results) {
    switch (result.outcome) {
      case 'appended':
        numbers.push(result.repeated ? kinds.repeated : kinds.appended, result.revision, result.position);
        break;
      case 'conflict':
        numbers.push(kinds.conflict, result.actual === 'none' ? none : result.actual, 0);
        break;
      case 'duplicate':
        numbers.push(kinds.duplicate, 0, 0);
        places.push(result.places);
        break;
    }
  }
  return { appends: results.length, numbers, places, failed: null };
}

export const failedAnswers = (appends: number, failed: string): AnswerBatch => ({
  appends,
  numbers: [],
  places: [],
  failed,
});

/** Calls back once for each append, in order. */
export function unpackAnswers(batch: AnswerBatch, answer: (result: AppendResult) => void): void {
  const { numbers } = batch;
  let duplicates = 0;
  for (let i = 0; i < numbers.length; i += 3) {
    const kind = numbers[i];
    const revision = numbers[i + 1] as number;
    if (kind === kinds.conflict) answer({ outcome: 'conflict', actual: revision === none ? 'none' : revision });
    else if (kind === kinds.duplicate) answer({ outcome: 'duplicate', places: batch.places[duplicates++] ?? [] });
    else {
      const position = numbers[i + 2] as number;
      answer({ outcome: 'appended', revision, position, repeated: kind === kinds.repeated });
    }
  }
}
