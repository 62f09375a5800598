import type { RebuildLine } from '@parley/protocol';
import type { Call } from './call-server.js';
import { ExpectedFailure } from './errors.js';

/** Builds a projection anew beside the old one and tells what came of it. False: the old one serves on. */
export async function rebuildProjection(call: Call, name: string): Promise<boolean> {
  const answer = await call('POST', `/v1/admin/projections/${name}/rebuild`);
  let last: RebuildLine | undefined;
  for await (const line of lines(answer)) {
    last = JSON.parse(line) as RebuildLine;
    if (last.type === 'progress') tellProgress(last);
  }
  process.stderr.write('\n');
  if (last?.type !== 'report') {
    throw new ExpectedFailure(
      last?.type === 'failed'
        ? `The rebuild failed: ${last.message}`
        : 'The server went away during the rebuild; the old projection serves on.',
    );
  }
  const { rows, onlyInOld, onlyInNew, different, examples, switched } = last;
  console.log(
    `${name}: ${rows} rows compared, ${onlyInOld} only in the old, ${onlyInNew} only in the new, ${different} different.`,
  );
  for (const example of examples)
    console.log(`  ${example.table} ${example.key}\n    old ${example.old ?? '-'}\n    new ${example.new ?? '-'}`);
  console.log(switched ? 'Switched to the new one.' : 'Not switched: the old one serves on.');
  return switched;
}

function tellProgress({
  projection,
  done,
  total,
  eventsPerSecond,
  secondsLeft,
}: Extract<RebuildLine, { type: 'progress' }>): void {
  const percent = total === 0 ? 100 : Math.floor((done / total) * 100);
  const left = secondsLeft === null ? '' : `, ${Math.ceil(secondsLeft)} s left`;
  const text = `${projection}: ${done} of ${total} events (${percent} %), ${Math.round(eventsPerSecond)} a second${left}`;
  process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${text}` : `${text}\n`);
}

async function* lines(answer: Response): AsyncIterable<string> {
  let rest = '';
  for await (const text of (answer.body ?? new Blob([]).stream()).pipeThrough(new TextDecoderStream())) {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    yield* parts.filter((part) => part !== '');
  }
  if (rest !== '') yield rest;
}
