import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Options of V8's own collector function, as `--expose-gc` gives it. */
type CollectGarbage = (options: { type: 'major'; execution: 'sync'; flavor: 'last-resort' }) => void;

/** When the thread has come to rest after its start. Milliseconds. */
const restMs = 500;

/**
 * Once, shortly after this thread has started: gives back to the system what only starting needed. V8 by itself keeps
 * the room it took while loading modules (two thirds of an idle process's heap). Takes tens of milliseconds in the main
 * thread, a few in a worker; does not keep the process alive.
 */
export function releaseStartupMemory(): void {
  setTimeout(() => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as CollectGarbage;
    collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  }, restMs).unref();
}
