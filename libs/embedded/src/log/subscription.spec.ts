import type { AllPage } from '@parley/ports';
import { describe, expect, it } from 'vitest';
import { newHeadSignal, raise } from './head-signal.js';
import { LogSubscription } from './subscription.js';

describe('a subscription to the log', () => {
  it('is woken by what is written between its look and its wait', async () => {
    const signal = newHeadSignal();
    let looks = 0;
    const pages: readonly AllPage[] = [
      { events: [], considered: 0, atEnd: true },
      { events: [], considered: 5, atEnd: true },
    ];
    const reader = {
      readAll: () => {
        const page = pages[Math.min(looks++, 1)];
        // It has been read; now somebody writes, before the reader waits.
        if (looks === 1) raise(signal);
        return Promise.resolve(page as AllPage);
      },
    };
    const subscription = new LogSubscription(reader, signal, { after: 0 }, () => undefined);
    const { promise: inTime, resolve: giveUp } = Promise.withResolvers<null>();
    const patience = setTimeout(giveUp, 5_000, null);
    const first = await Promise.race([subscription[Symbol.asyncIterator]().next(), inTime]);
    clearTimeout(patience);
    expect(first?.value).toMatchObject({ checkpoint: 5 });
    subscription.close();
  });
});
