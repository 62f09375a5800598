import type { Logger } from '@parley/platform';
import { EventLogUnavailable } from '@parley/ports';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { anEvent, aStream } from '../../contract/event-log.contract.js';
import { startCompatibleNode, writeSelfSigned, type CompatibleNode } from '../../eventstore-node/index.js';
import { MemoryEventIdIndex } from '../../kit/memory-event-id-index.js';
import { openLog } from './server.kit.js';

/** Keeps everything that is logged. */
function listeningLogger(): { readonly logger: Logger; readonly said: string[] } {
  const said: string[] = [];
  const say = (...what: unknown[]): unknown =>
    said.push(JSON.stringify(what, (_, v: unknown) => (v instanceof Error ? String(v) : v)));
  return { said, logger: { info: say, warn: say, error: say, debug: say } as unknown as Logger };
}

describe('a server that asks who it is', () => {
  let folder: string;
  let node: CompatibleNode;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'parley-tls-'));
    node = await startCompatibleNode({ tls: writeSelfSigned(folder) });
  });
  afterAll(async () => {
    await node.stop();
    rmSync(folder, { recursive: true });
  });

  it.each(['batch', 'single'] as const)(
    'is told by TLS and the credentials of the URL, %s appends',
    async (appends) => {
      const log = await openLog(node.connectionString, { appends, appendTimeoutMs: 60_000, readTimeoutMs: 60_000 });
      const stream = aStream();
      const events = [anEvent(), anEvent()];
      const { lastPosition } = await log.info();
      expect(await log.append({ stream, expected: 'none', events })).toMatchObject({
        outcome: 'appended',
        revision: 1,
      });
      expect(await log.append({ stream, expected: 5, events: [anEvent()] })).toEqual({
        outcome: 'conflict',
        actual: 1,
      });
      expect(await log.readStream(stream)).toMatchObject(events);
      for await (const batch of log.subscribe({ after: lastPosition, filter: { streamPrefixes: [stream] } })) {
        if (batch.events.length > 0) break;
      }
      await log.close();
    },
  );

  it('refuses strangers, and nobody tells or prints their password', async () => {
    const { logger, said } = listeningLogger();
    const printed = vi.spyOn(console, 'warn').mockImplementation((...what) => void said.push(String(what)));
    const url = node.connectionString.replace('admin:changeit', 'admin:not-the-password');
    const log = await openLog(url, {
      logger,
      index: new MemoryEventIdIndex(),
      appendTimeoutMs: 60_000,
      readTimeoutMs: 60_000,
    });
    const refused = await Promise.allSettled([
      log.append({ stream: aStream(), expected: 'none', events: [anEvent()] }),
      log.readStream(aStream()),
      log.info(),
    ]);
    for (const call of refused) {
      const reason: unknown = call.status === 'rejected' ? call.reason : 'answered';
      expect(reason).toBeInstanceOf(EventLogUnavailable);
      said.push(String(reason), String((reason as Error).stack), String((reason as Error).cause));
    }
    const subscription = log.subscribe({ after: 0 });
    const reading = subscription[Symbol.asyncIterator]().next();
    await expect.poll(() => said.some((line) => line.includes('broke off')), { timeout: 60_000 }).toBe(true);
    subscription.close();
    await reading;
    await log.close();
    printed.mockRestore();
    expect(said.filter((line) => line.includes('not-the-password'))).toEqual([]);
  });
});
