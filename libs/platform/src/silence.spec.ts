import { beforeEach, describe, expect, it } from 'vitest';
import { Silence } from './silence.js';

class TimedOut extends Error {}
class Refused extends Error {}
const noAnswer = (): Promise<never> => Promise.reject(new TimedOut());
const answer = (): Promise<string> => Promise.resolve('yes');

let now: number;
let told: boolean[];
let silence: Silence;
beforeEach(() => {
  now = 0;
  told = [];
  silence = new Silence({
    now: () => now,
    isTimeout: (error) => error instanceof TimedOut,
    refusal: () => new Refused(),
    onChange: (isSilent) => told.push(isSilent),
  });
});

async function fallSilent(): Promise<void> {
  now += 3_000;
  for (let i = 0; i < 2; i++) await expect(silence.run(noAnswer)).rejects.toThrow(TimedOut);
}

describe('an engine that does not answer', () => {
  it('is waited for by one call at a time once enough have waited in vain', async () => {
    await fallSilent();
    expect(told).toEqual([true]);
    let calls = 0;
    const hanging = Promise.withResolvers<never>();
    const hang = (): Promise<never> => {
      calls++;
      return hanging.promise;
    };
    const probe = silence.run(hang);
    await expect(silence.run(hang)).rejects.toThrow(Refused);
    hanging.reject(new TimedOut());
    await expect(probe).rejects.toThrow(TimedOut);
    await expect(silence.run(hang)).rejects.toThrow(Refused);
    expect(calls).toBe(1);
    now += 500;
    await expect(silence.run(answer)).resolves.toBe('yes');
    await expect(silence.run(answer)).resolves.toBe('yes');
    expect(told).toEqual([true, false]);
  });

  it('is not given up for a few slow answers among others, nor for what it refuses', async () => {
    now = 60_000;
    for (let i = 0; i < 10; i++) {
      await expect(silence.run(noAnswer)).rejects.toThrow(TimedOut);
      await expect(silence.run(answer)).resolves.toBe('yes');
    }
    for (let i = 0; i < 10; i++) {
      await expect(silence.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    }
    expect(silence.isSilent).toBe(false);
  });

  it('is not given up for many timeouts at one moment of an otherwise lively time', async () => {
    await expect(silence.run(answer)).resolves.toBe('yes');
    for (let i = 0; i < 5; i++) await expect(silence.run(noAnswer)).rejects.toThrow(TimedOut);
    expect(silence.isSilent).toBe(false);
    expect(told).toEqual([]);
  });
});
