import { EventLogUnavailable, type LogInfo } from '@parley/ports';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Freshness } from './freshness.js';

/** A log and what was delivered of it, with the test in the place of both. */
class Scene {
  end = 0;
  delivered = 0;
  away = false;
  questions = 0;
  /** Answers wait for this. */
  silence: Promise<void> = Promise.resolve();
  readonly logger = { info: vi.fn<() => void>(), warn: vi.fn<() => void>() };
  readonly freshness: Freshness;

  constructor(gatheredMs = 0) {
    this.freshness = new Freshness({
      log: { info: () => this.#info() },
      delivered: () => this.delivered,
      gatheredMs,
      logger: this.logger,
    });
  }

  get isFresh(): boolean {
    return this.freshness.isFresh();
  }

  /** Appends and delivers for so long, `lateMs` apart. */
  async go(ms: number, lateMs = 0): Promise<void> {
    for (let passed = 0; passed < ms; passed += 100) {
      const position = (this.end += 10);
      setTimeout(() => (this.delivered = Math.max(this.delivered, position)), lateMs);
      await vi.advanceTimersByTimeAsync(100);
    }
  }

  async #info(): Promise<LogInfo> {
    this.questions++;
    const lastPosition = this.end;
    await this.silence;
    if (this.away) throw new EventLogUnavailable('away');
    return { events: null, lastPosition, lastTime: null };
  }
}

let scene: Scene;
beforeEach(async () => {
  vi.useFakeTimers();
  scene = new Scene();
});
afterEach(() => {
  scene.freshness.close();
  vi.useRealTimers();
});

describe('deliveries', () => {
  it('may be as late again as they are gathered on purpose', async () => {
    const gathering = new Scene(4_000);
    await gathering.go(20_000, 7_000);
    expect(gathering.isFresh).toBe(true);
    await scene.go(20_000, 7_000);
    expect(scene.isFresh).toBe(false);
    gathering.freshness.close();
  });

  it('are not fresh before the log was asked, and are at once when it says what was delivered', async () => {
    const begun = new Scene();
    expect(begun.isFresh).toBe(false);
    await vi.advanceTimersByTimeAsync(0);
    expect(begun.isFresh).toBe(true);
    begun.freshness.close();
  });

  it('stay fresh while nothing is appended, and while what is comes four seconds later', async () => {
    await vi.advanceTimersByTimeAsync(60_000);
    expect(scene.isFresh).toBe(true);
    for (const lateMs of [0, 500, 3_900]) {
      for (let second = 0; second < 20; second++) {
        await scene.go(1_000, lateMs);
        expect(scene.isFresh).toBe(true);
      }
    }
  });

  it('given an event that is not delivered, are not fresh five seconds after it was appended', async () => {
    await scene.go(5_000);
    scene.end += 10;
    await vi.advanceTimersByTimeAsync(3_500);
    expect(scene.isFresh).toBe(true);
    await vi.advanceTimersByTimeAsync(1_501);
    expect(scene.isFresh).toBe(false);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(scene.isFresh).toBe(false);
  });

  it('are not fresh when something comes, but always later than that', async () => {
    await scene.go(10_000, 5_300);
    for (let second = 0; second < 10; second++) {
      await scene.go(1_000, 5_300);
      expect(scene.isFresh).toBe(false);
    }
  });

  it('when everything that stood still has come, are fresh at once', async () => {
    await scene.go(1_000);
    scene.end += 100;
    await vi.advanceTimersByTimeAsync(600_000);
    scene.delivered = scene.end - 10;
    expect(scene.isFresh).toBe(false);
    scene.delivered = scene.end;
    expect(scene.isFresh).toBe(true);
  });

  it('while the log is away, are not fresh after five seconds, though nothing else came to be known', async () => {
    await scene.go(5_000);
    scene.away = true;
    await vi.advanceTimersByTimeAsync(3_900);
    expect(scene.isFresh).toBe(true);
    await vi.advanceTimersByTimeAsync(1_200);
    expect(scene.isFresh).toBe(false);
    scene.away = false;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(scene.isFresh).toBe(true);
  });

  it('are as of when the log was asked, not as of when it answered', async () => {
    await scene.go(1_000);
    const silence = Promise.withResolvers<void>();
    scene.silence = silence.promise;
    await vi.advanceTimersByTimeAsync(10_000);
    silence.resolve();
    await vi.advanceTimersByTimeAsync(0);
    expect(scene.isFresh).toBe(false);
  });

  it('given a removal at any moment that is not delivered, are not fresh five seconds after it', async () => {
    for (let offset = 0; offset < 1_000; offset += 70) {
      await scene.go(4_000);
      await vi.advanceTimersByTimeAsync(offset);
      expect(scene.isFresh).toBe(true);
      const undelivered = scene.end + 10;
      scene.end = undelivered;
      await vi.advanceTimersByTimeAsync(5_001);
      for (let look = 0; look < 60; look++) {
        expect(scene.isFresh).toBe(false);
        await vi.advanceTimersByTimeAsync(50);
      }
      scene.delivered = undelivered;
    }
  });
});

describe('the log', () => {
  it('is asked once a second, and not again while it is silent', async () => {
    await scene.go(10_000);
    expect(scene.questions).toBeLessThanOrEqual(11);
    const asked = scene.questions;
    scene.silence = new Promise(() => undefined);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(scene.questions).toBe(asked + 1);
  });

  it('is asked no more when it is closed', async () => {
    scene.freshness.close();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(scene.questions).toBe(1);
  });
});

it('tells the operator once when it begins to be late, and when that is over; nothing at the start', async () => {
  await scene.go(5_000);
  expect([scene.logger.info, scene.logger.warn].map((log) => log.mock.calls.length)).toEqual([0, 0]);
  scene.end += 10;
  await vi.advanceTimersByTimeAsync(60_000);
  expect([scene.logger.info, scene.logger.warn].map((log) => log.mock.calls.length)).toEqual([0, 1]);
  await scene.go(5_000);
  expect([scene.logger.info, scene.logger.warn].map((log) => log.mock.calls.length)).toEqual([1, 1]);
});
