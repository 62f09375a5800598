import { type PartitionCheckpoint, type ProgressBus, projectionNames } from '@parley/ports';
import type { RedisConnection } from '../connection/redis-connection.js';
import { MessageBus } from './message-bus.js';

/** Words of one process within this time travel together; the first of them at once. */
const gatherMs = 20;
const repeatEveryMs = 1_000;
/** What has not moved for longer is not repeated: another process may have the partition by now. */
const repeatForMs = 10_000;

type Row = readonly [projection: PartitionCheckpoint['projection'], partition: number, position: number];

/** How far projections are, told by consumers to gateways: gathered, and repeated for a while. */
export function createProgressBus(connection: RedisConnection): ProgressBus & { close(): void } {
  const bus = new MessageBus<readonly Row[]>(connection, 'progress', read);
  const told = new Map<string, { readonly row: Row; readonly at: number }>();
  const waiting = new Map<string, Row>();
  let gathering: NodeJS.Timeout | undefined;
  let sentAt = -Infinity;

  const send = (): void => {
    gathering = undefined;
    sentAt = performance.now();
    bus.send([...waiting.values()]);
    waiting.clear();
  };
  const repeat = setInterval(() => {
    const since = performance.now() - repeatForMs;
    for (const [key, { at }] of told) if (at < since) told.delete(key);
    if (told.size > 0) bus.send([...told.values()].map(({ row }) => row));
  }, repeatEveryMs).unref();

  return {
    tell({ projection, partition, position }) {
      const key = `${projection} ${partition}`;
      const row: Row = [projection, partition, position];
      waiting.set(key, row);
      told.set(key, { row, at: performance.now() });
      gathering ??= setTimeout(send, Math.max(0, sentAt + gatherMs - performance.now()));
    },
    subscribe: (listener) =>
      bus.subscribe((rows) => {
        for (const [projection, partition, position] of rows) listener({ projection, partition, position });
      }),
    close() {
      clearInterval(repeat);
      clearTimeout(gathering);
      bus.close();
    },
  };
}

function read(message: unknown): readonly Row[] | undefined {
  return Array.isArray(message) && message.every(isRow) ? message : undefined;
}

const names: readonly string[] = projectionNames;

const isRow = (row: unknown): row is Row =>
  Array.isArray(row) && names.includes(String(row[0])) && Number.isSafeInteger(row[1]) && Number.isSafeInteger(row[2]);
