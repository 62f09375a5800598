import { EventLogUnavailable } from '@parley/ports';
import { afterEach, expect, it } from 'vitest';
import { anEvent, aStream } from '../../contract/event-log.contract.js';
import { openLog, OwnNode } from './server.kit.js';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

const appendTimeoutMs = 2_500;

it('nobody waits for a log that takes everything and answers nothing, and all goes on when it does', async () => {
  const node = await OwnNode.start();
  ends.push(() => node.remove());
  const log = await openLog(node.url, { appendTimeoutMs });
  ends.push(() => log.close());
  const append = () => log.append({ stream: aStream(), expected: 'none', events: [anEvent()] });
  await append();

  node.freeze();
  const first = await Promise.allSettled([append(), append(), append(), append()]);
  for (const result of first) expect(result).toMatchObject({ reason: expect.any(EventLogUnavailable) });
  // One may try.
  const trying = append().catch(() => null);
  const since = performance.now();
  for (let i = 0; i < 20; i++) await expect(append()).rejects.toThrow(EventLogUnavailable);
  await expect(log.info()).rejects.toThrow(EventLogUnavailable);
  // Each by itself it would be twenty times as long.
  expect(performance.now() - since).toBeLessThan(2 * appendTimeoutMs);

  node.thaw();
  await trying;
  await expect.poll(() => append().catch(() => null), { timeout: 30_000 }).toMatchObject({ outcome: 'appended' });
});
