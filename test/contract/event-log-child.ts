/**
 * Appends for ever in a process of its own, which a test kills or starves: `event-log-child.js <folder> <streams>`.
 * Prints a line when it is ready, and one for every answer: the request's number, then `ok <revision> <position>`,
 * `unavailable`, or what else came. With a third argument it waits after a refusal until
 * something comes on its input.
 */
import { openEventLog, EventLogUnusable } from '@parley/embedded';
import { EventLogUnavailable } from '@parley/ports';
import { writeSync } from 'node:fs';
import { childEvent } from './event-log-child-events.js';

const [folder = '', streams = '10', pauseOnRefusal = ''] = process.argv.slice(2);
/** One write a line: what was said has left the process when it is killed. Waits while the pipe is full. */
function say(line: string): void {
  for (;;) {
    try {
      writeSync(1, `${line}\n`);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

try {
  const log = await openEventLog(folder);
  let next = (await log.info()).lastPosition;
  let paused = Promise.withResolvers<void>();
  process.stdin.on('data', () => {
    paused.resolve();
    paused = Promise.withResolvers<void>();
  });
  say('ready');
  const lane = async (): Promise<never> => {
    for (;;) {
      const n = next++;
      try {
        const result = await log.append({
          stream: `s-${n % Number(streams)}`,
          expected: 'any',
          events: [childEvent(n)],
        });
        say(result.outcome === 'appended' ? `${n} ok ${result.revision} ${result.position}` : `${n} ${result.outcome}`);
      } catch (error) {
        if (!(error instanceof EventLogUnavailable)) throw error;
        say(`${n} unavailable`);
        if (pauseOnRefusal !== '') await paused.promise;
      }
    }
  };
  await Promise.all(Array.from({ length: 64 }, lane));
} catch (error) {
  say(error instanceof EventLogUnusable ? `unusable ${error.message}` : `broken ${String(error)}`);
  process.exit(1);
}
