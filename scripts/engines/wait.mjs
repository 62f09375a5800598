import { setTimeout as sleep } from 'node:timers/promises';
import { logFileOf, logTail } from './processes.mjs';

/**
 * Asks `probe` every 100 ms until it answers true. A probe that throws counts as "not yet", its message is told at the
 * end.
 * @throws Error when the deadline passes or one of the processes ends before, with the end of its log.
 */
export async function waitUntil(what, probe, { layout, handles = [], deadlineMs }) {
  const end = Date.now() + deadlineMs;
  let last = '';
  while (Date.now() < end) {
    for (const { name, ended } of handles) {
      if (ended === undefined) continue;
      const log = logTail(layout, name);
      throw new Error(`${name} ended (${ended}) before ${what}; the end of ${logFileOf(layout, name)}:\n${log}`);
    }
    try {
      if (await probe()) return;
      last = '';
    } catch (error) {
      last = `: ${error.message}`;
    }
    await sleep(100);
  }
  const logs = handles.map(({ name }) => `\n${logFileOf(layout, name)}:\n${logTail(layout, name)}`).join('');
  throw new Error(`no ${what} within ${deadlineMs / 1000} s${last}${logs}`);
}
