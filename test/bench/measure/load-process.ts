import { drive } from './drive.js';
import type { LoadJob, LoadReply } from './run-load.js';
import type { OpenTarget } from './talker.js';

/** Entry of the load generator's own process: takes one job by IPC, answers with its result and ends. */
process.once('message', (job: LoadJob) => {
  void work(job).then((reply) => process.send?.(reply, () => process.exit(0)));
});

async function work({ targetModule, targetOptions, load, watchPids }: LoadJob): Promise<LoadReply> {
  try {
    const { openTarget } = (await import(targetModule)) as { openTarget: OpenTarget };
    return { result: await drive(await openTarget(targetOptions), load, watchPids) };
  } catch (error) {
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
