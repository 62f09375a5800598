import { loadConfig, systemClock } from '@parley/platform';
import { projectionNames } from '@parley/ports';
import type { RebuildLine } from '@parley/protocol';
import { findServer, loadSecret } from '../composition/data-folder.js';
import { createTokenIssuer } from '../composition/tokens.js';
import { parseArguments } from './arguments.js';
import { ExpectedFailure, UsageError } from './errors.js';

const usage = `Usage: parley projections [list | rebuild <name> | parked | retry <name> <position>]   names: ${projectionNames.join(', ')}`;

/** Talks to the server that runs on the data folder. */
export async function projections(argv: readonly string[]): Promise<number> {
  const { words, flags } = parseArguments(argv);
  const [action = 'list', name = '', position = ''] = words;
  const server = await connect(flags);
  switch (action) {
    case 'list':
      return list(server);
    case 'rebuild':
      if (!(projectionNames as readonly string[]).includes(name)) throw new UsageError(usage);
      return rebuild(server, name);
    case 'parked':
      return parked(server);
    case 'retry':
      if (!/^\d+$/.test(position)) throw new UsageError(usage);
      return retry(server, name, position);
    default:
      throw new UsageError(usage);
  }
}

type Call = (method: 'GET' | 'POST', path: string) => Promise<Response>;

async function connect(settings: Readonly<Record<string, string>>): Promise<Call> {
  const config = loadConfig(process.env, settings);
  const server = await findServer(config.dataDir);
  if (server === null) {
    throw new ExpectedFailure(
      `No server runs on ${config.dataDir}. Start it (npm start), then repeat in another terminal.`,
    );
  }
  const issuer = createTokenIssuer(config, loadSecret(config), systemClock, 86_400_000);
  const { token } = await issuer.issue({
    userId: 'usr_operator',
    deviceId: 'dev_operator',
    username: 'operator',
    scopes: ['admin'],
    operator: true,
  });
  return async (method, path) => {
    const answer = await fetch(server.url + path, { method, headers: { Authorization: `Bearer ${token}` } });
    if (!answer.ok) throw new ExpectedFailure(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  };
}

interface StatusRow {
  readonly name: string;
  readonly state: string;
  readonly position: string;
  readonly lag: number | null;
  readonly parked: number;
  readonly bytes: number;
  readonly version: number;
  readonly error?: string;
}

async function list(call: Call): Promise<number> {
  const { data } = (await (await call('GET', '/v1/admin/projections')).json()) as { data: StatusRow[] };
  console.table(
    data.map(({ name, version, state, position, lag, parked: parkedEvents, bytes, error }) => ({
      projection: name,
      version,
      state,
      position,
      lag: lag ?? 'unknown',
      parked: parkedEvents,
      MiB: Math.round(bytes / 104_857.6) / 10,
      ...(error === undefined ? {} : { error }),
    })),
  );
  return 0;
}

async function rebuild(call: Call, name: string): Promise<number> {
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
  return switched ? 0 : 1;
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

interface ParkedRow {
  readonly projection: string;
  readonly position: string;
  readonly stream: string;
  readonly type: string;
  readonly reason: string;
}

async function parked(call: Call): Promise<number> {
  const { data } = (await (await call('GET', '/v1/admin/parked-events')).json()) as { data: ParkedRow[] };
  if (data.length === 0) console.log('No parked events.');
  else console.table(data);
  return 0;
}

async function retry(call: Call, name: string, position: string): Promise<number> {
  const answer = await call('POST', `/v1/admin/parked-events/${encodeURIComponent(name)}/${position}/retry`);
  const { applied } = (await answer.json()) as { applied: boolean };
  console.log(applied ? 'Applied; no longer parked.' : 'It failed again and stays parked.');
  return applied ? 0 : 1;
}
