import { Worker } from 'node:worker_threads';
import { post } from '../../log/post.js';
import { workerEntry } from '../../worker-entry.js';
import type { RebuildMessage, RebuildThreadStart, TableDifferences } from '../thread/messages.js';
import type { RebuildSteps } from './rebuild-projection.js';

/** Builds a generation in a thread of its own; resolves with what comparing it with the old one found. */
export class RebuildThread {
  constructor(private readonly start: RebuildThreadStart) {}

  run(steps: RebuildSteps): Promise<TableDifferences> {
    const worker = new Worker(workerEntry(import.meta.url, './rebuild.worker.js'), {
      name: 'rebuild',
      workerData: this.start,
    });
    return new Promise((resolve, reject) => {
      let differences: TableDifferences | null = null;
      const fail = (error: unknown): void => {
        reject(error instanceof Error ? error : new Error(String(error)));
        void worker.terminate();
      };
      worker.on('message', (message: RebuildMessage) => {
        switch (message.type) {
          case 'progress':
            steps.onProgress(message.done, message.total);
            break;
          case 'built':
            steps.reached(message.position).then(() => post(worker, 'compare'), fail);
            break;
          case 'compared':
            differences = message.report;
            break;
          case 'failed':
            fail(new Error(message.error));
            break;
          default:
            fail(new TypeError(`no rule for ${JSON.stringify(message satisfies never)}`));
        }
      });
      worker.on('error', fail);
      // Its files are closed only now.
      worker.on('exit', () => {
        if (differences === null) reject(new Error('the rebuild ended before it was finished'));
        else resolve(differences);
      });
    });
  }
}
