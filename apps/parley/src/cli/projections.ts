import { projectionNames } from '@parley/ports';
import { parseArguments } from './arguments.js';
import { type Call, callServer } from './call-server.js';
import { UsageError } from './errors.js';
import { rebuildProjection } from './rebuild-projection.js';

const usage = `Usage: parley projections [list | rebuild <name> | parked | retry <name> <position>]   names: ${projectionNames.join(', ')}`;

/** Talks to the server that runs on the data folder. */
export async function projections(argv: readonly string[]): Promise<number> {
  const { words, flags } = parseArguments(argv);
  const [action = 'list', name = '', position = ''] = words;
  const server = await callServer(flags);
  switch (action) {
    case 'list':
      return list(server);
    case 'rebuild':
      if (!(projectionNames as readonly string[]).includes(name)) throw new UsageError(usage);
      return (await rebuildProjection(server, name)) ? 0 : 1;
    case 'parked':
      return parked(server);
    case 'retry':
      if (!/^\d+$/.test(position)) throw new UsageError(usage);
      return retry(server, name, position);
    default:
      throw new UsageError(usage);
  }
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
