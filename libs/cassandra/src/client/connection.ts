import type { Logger } from '@parley/platform';
import { setTimeout as delay } from 'node:timers/promises';
import type cassandra from 'cassandra-driver';
import { type DriverSettings, newDriver } from './driver.js';
import { messageOf } from './failures.js';

const firstPauseMs = 250;
const longestPauseMs = 2_000;
/** How often it is said that the engine is still not there. */
const remindEveryMs = 10_000;
const shutdownMs = 5_000;

/**
 * Tries until a node answers, for ever by decision: an engine that is late must not end a process that can do other
 * things meanwhile. Says so at once and every 10 s.
 * @throws the signal's reason when it is aborted
 */
export async function connectWhenThere(settings: DriverSettings, signal: AbortSignal): Promise<cassandra.Client> {
  const { logger, address } = settings;
  const where = { hosts: address.contactPoints, port: address.port, keyspace: address.keyspace };
  let pause = firstPauseMs;
  let saidAt = Number.NEGATIVE_INFINITY;
  const since = performance.now();
  for (;;) {
    signal.throwIfAborted();
    // A driver whose first connection failed is not to be trusted with a second one.
    const driver = newDriver(settings);
    try {
      await driver.connect();
      if (signal.aborted) await shutDown(driver, logger);
      signal.throwIfAborted();
      if (saidAt > 0) logger.info({ ...where, waitedMs: Math.round(performance.now() - since) }, 'Cassandra is there');
      return driver;
    } catch (error) {
      await shutDown(driver, logger);
      signal.throwIfAborted();
      if (performance.now() - saidAt >= remindEveryMs) {
        logger.warn({ ...where, reason: messageOf(error) }, adviceFor(error, address.keyspace));
        saidAt = performance.now();
      }
    }
    await delay(pause, undefined, { signal }).catch(() => undefined);
    pause = Math.min(pause * 2, longestPauseMs);
  }
}

function adviceFor(error: unknown, keyspace: string): string {
  const message = messageOf(error);
  if (/keyspace .*does not exist/i.test(message)) {
    return `waiting for Cassandra: there is no keyspace ${keyspace} yet, \`npm run migrate\` makes it`;
  }
  return 'waiting for Cassandra: no node can be used yet';
}

/** Bounded in time: the driver waits for answers of nodes that may never answer. */
export async function shutDown(driver: cassandra.Client, logger: Logger): Promise<void> {
  const limit = new AbortController();
  const done = driver.shutdown().catch((error: unknown) => logger.debug({ reason: messageOf(error) }, 'shutdown'));
  await Promise.race([done, delay(shutdownMs, undefined, { signal: limit.signal, ref: false }).catch(() => undefined)]);
  limit.abort();
}
