import type { Load, LoadResult } from '../measure/load.js';
import { runLoad } from '../measure/run-load.js';
import { startServer } from '../measure/server-process.js';
import type { BenchContext } from './bench.js';

export interface ComparedLoads {
  readonly relay: readonly LoadResult[];
  readonly parley: readonly LoadResult[];
}

/**
 * The same load on the durable relay and on Parley in turn, each time on a new server with an empty folder.
 * @throws Error when a message was refused, lost, doubled or out of order
 */
export async function compareLoads(context: BenchContext, load: Load): Promise<ComparedLoads> {
  const relay: LoadResult[] = [];
  const parley: LoadResult[] = [];
  for (let repetition = 1; repetition <= context.settings.repetitions; repetition++) {
    context.say(`repetition ${repetition} of ${context.settings.repetitions}: relay`);
    relay.push(sound('the relay', await onRelay(context, load)));
    context.say(`repetition ${repetition} of ${context.settings.repetitions}: Parley`);
    parley.push(sound('Parley', await onParley(context, load)));
  }
  return { relay, parley };
}

async function onRelay({ grounds }: BenchContext, load: Load): Promise<LoadResult> {
  const file = `${grounds.newFolder()}/messages.log`;
  const server = await startServer(new URL('../yardstick/main.js', import.meta.url), ['--port', '0', '--file', file]);
  try {
    return await runLoad({
      targetModule: new URL('../measure/yardstick-target.js', import.meta.url).href,
      targetOptions: { port: server.ready['port'] },
      load,
      watchPids: [server.pid],
    });
  } finally {
    await server.stop();
  }
}

async function onParley({ grounds }: BenchContext, load: Load): Promise<LoadResult> {
  const server = await grounds.newParley();
  try {
    return await runLoad({
      targetModule: new URL('../measure/parley-target.js', import.meta.url).href,
      targetOptions: { url: server.url, run: 'load' },
      load,
      watchPids: [server.pid],
    });
  } finally {
    await server.stop();
  }
}

/** @throws Error when a message was refused, lost, doubled or out of order */
export function sound(who: string, result: LoadResult): LoadResult {
  const { missing, backwards, unanswered, refused, accepted, delivered } = result;
  if (missing === 0 && backwards === 0 && unanswered === 0 && Object.keys(refused).length === 0) return result;
  throw new Error(
    `${who} lost or mixed up messages: ${accepted} accepted, ${delivered} delivered, ${missing} missing, ` +
      `${backwards} out of order or twice, ${unanswered} unanswered, refused ${JSON.stringify(refused)}`,
  );
}

/** CPU of the server's threads by accepted message, the costliest first, of the last repetition. */
export function threadCosts(results: readonly LoadResult[]): string {
  const last = results.at(-1);
  const server = last?.servers[0];
  if (last === undefined || server === undefined || server.cpuSeconds === 0) return 'no CPU figures on this system';
  const messages = (server.cpuSeconds * 1e6) / last.serverMicrosPerAccepted;
  return Object.entries(server.threads)
    .map(([name, seconds]): [string, number] => [name, (seconds * 1e6) / messages])
    .filter(([, micros]) => micros >= 0.1)
    .sort(([, a], [, b]) => b - a)
    .map(([name, micros]) => `${name} ${micros.toFixed(1)}`)
    .join(', ');
}
