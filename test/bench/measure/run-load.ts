import { fork } from 'node:child_process';
import type { Load, LoadResult } from './load.js';

export interface LoadJob {
  /** URL of a module that exports `openTarget` (see talker.ts). */
  readonly targetModule: string;
  /** Given to openTarget; must survive JSON. */
  readonly targetOptions: unknown;
  readonly load: Load;
  /** The server's processes, on this machine. */
  readonly watchPids: readonly number[];
}

export type LoadReply = { readonly result: LoadResult } | { readonly error: string };

/** What may go by beside the load's own seconds: 500 people who register hash 500 passwords, then connect. */
const SPARE_SECONDS = 300;

/** Runs the load in a process of its own, so that neither server nor caller shares its event loop. */
export function runLoad(job: LoadJob): Promise<LoadResult> {
  const limit = (job.load.warmUpSeconds + job.load.seconds + SPARE_SECONDS) * 1_000;
  const child = fork(new URL('load-process.js', import.meta.url), {
    execArgv: [],
    timeout: limit,
    killSignal: 'SIGKILL',
  });
  return new Promise((resolve, reject) => {
    child.once('message', (reply: LoadReply) => {
      if ('result' in reply) resolve(reply.result);
      else reject(new Error(`the load failed: ${reply.error}`));
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      const why =
        signal === 'SIGKILL' ? `after ${limit / 1_000} s it was ended, or by the system` : `${signal ?? code}`;
      reject(new Error(`the load generator ended early (${why})`));
    });
    child.send(job);
  });
}
