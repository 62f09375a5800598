import type { Logger } from '@parley/platform';
import { type LogEntry, logLevel, type logCreator } from 'kafkajs';

/** The same line is told once in so many milliseconds: while a broker is away the client repeats itself. */
const quietMs = 10_000;
const maxRemembered = 200;

/**
 * What the client library says, through our logger. It retries for ever, so its errors are warnings here, and of its
 * news only what an operator asks for.
 */
export function kafkaLogCreator(logger: Logger, isClosed: () => boolean): logCreator {
  const lastTold = new Map<string, number>();
  return () => (entry: LogEntry) => {
    if (isClosed()) return;
    const { namespace, level, log } = entry;
    const { message, broker, groupId, error } = log;
    const about = { namespace, broker, groupId, ...(typeof error === 'string' ? { error } : {}) };
    if (level === logLevel.INFO || level === logLevel.DEBUG || level === logLevel.NOTHING) {
      logger.debug(about, `kafka: ${message}`);
      return;
    }
    const now = performance.now();
    const key = `${namespace} ${message}`;
    if (now - (lastTold.get(key) ?? -Infinity) < quietMs) return;
    if (lastTold.size >= maxRemembered) lastTold.clear();
    lastTold.set(key, now);
    logger.warn(about, `kafka: ${message}`);
  };
}
