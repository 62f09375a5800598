import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { CallerQuestions } from './caller-questions.js';
import { heardMs, silenceMs } from './wire.js';

let asked: number[];
let questions: CallerQuestions;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  asked = [];
  questions = new CallerQuestions((question) => asked.push(question));
  vi.advanceTimersByTime(10);
});
afterEach(() => {
  vi.useRealTimers();
});

const state = async (promise: Promise<void>): Promise<string> =>
  Promise.race([
    promise.then(
      () => 'heard',
      ({ code }: { code: string }) => code,
    ),
    new Promise<string>((resolve) => setImmediate(() => resolve('waiting'))),
  ]);

it('hears nobody who has not answered', async () => {
  expect(questions.isHeard(0)).toBe(false);
  expect(await state(questions.hear(0))).toBe('waiting');
  questions.answered(asked.at(-1) as number);
  expect(questions.isHeard(0)).toBe(true);
});

it('counts an answer from when it was asked: one that comes late, out of a buffer, is worth nothing', () => {
  questions.ask();
  vi.advanceTimersByTime(heardMs);
  questions.answered(0);
  expect(questions.isHeard(0)).toBe(false);
});

it('goes by no answer for as long as it takes callers to go elsewhere', () => {
  questions.ask();
  questions.answered(0);
  vi.advanceTimersByTime(heardMs - 1);
  expect(questions.isHeard(0)).toBe(true);
  vi.advanceTimersByTime(1);
  expect(questions.isHeard(0)).toBe(false);
  expect(heardMs).toBeLessThanOrEqual((silenceMs * 2) / 3);
});

it('asks again after news, once for all that came before', async () => {
  questions.ask();
  vi.advanceTimersByTime(10);
  const news = performance.now();
  vi.advanceTimersByTime(10);
  const waiting = [questions.hear(news), questions.hear(news)];
  expect(asked).toEqual([0, 1]);
  questions.answered(0);
  expect(await state(waiting[0] as Promise<void>)).toBe('waiting');
  expect(questions.isHeard(news)).toBe(false);
  questions.answered(1);
  expect(await Promise.all(waiting.map(state))).toEqual(['heard', 'heard']);
  expect(questions.isHeard(news)).toBe(true);
});

it('refuses what waits, and all that comes, once the connection has ended', async () => {
  questions.ask();
  questions.answered(0);
  const waiting = questions.hear(performance.now());
  questions.gone();
  expect(await state(waiting)).toBe('shutting_down');
  expect(await state(questions.hear(0))).toBe('shutting_down');
  expect(questions.isHeard(0)).toBe(false);
});
