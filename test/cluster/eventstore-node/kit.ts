import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import type { AllStreamResolvedEvent, EventData, JSONEventData, ResolvedEvent } from '@eventstore/db-client';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { startCompatibleNode } from '../../eventstore-node/index.js';
import type { CompatibleNode, CompatibleNodeOptions } from '../../eventstore-node/index.js';

/** Given on one call, credentials make the client append by `Append` instead of `BatchAppend`. Without TLS it sends none. */
export const viaUnaryAppend = { credentials: { username: 'admin', password: 'changeit' } } as const;

export const appendPaths = [
  { path: 'BatchAppend', options: {} },
  { path: 'Append', options: viaUnaryAppend },
] as const;

export const seed = Number(process.env['PARLEY_TEST_SEED'] ?? Date.now() % 1_000_000);

let names = 0;

/** A name that no other test of the file uses. */
export function aStream(prefix = 'stream'): string {
  names += 1;
  return `${prefix}-${String(names)}`;
}

interface Numbered {
  readonly n: number;
}

export function numbered(n: number, type = 'numbered'): JSONEventData {
  return jsonEvent({ type, data: { n } });
}

export function manyNumbered(count: number, type = 'numbered'): JSONEventData[] {
  return Array.from({ length: count }, (_, n) => numbered(n, type));
}

export function numberOf(resolved: ResolvedEvent | AllStreamResolvedEvent): number {
  const data = resolved.event?.data as unknown as Numbered | undefined;
  return data?.n ?? -1;
}

export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const collected: Item[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

/** Ids of proposed events and ids of events that were read, to compare what was written with what is there. */
export function idsOf(events: readonly (EventData | ResolvedEvent | AllStreamResolvedEvent)[]): (string | undefined)[] {
  return events.map((event) => ('id' in event ? event.id : event.event?.id));
}

/** Waits for a condition, not for a time. */
export async function until(condition: () => boolean, what: string, withinMs = 20_000): Promise<void> {
  const end = Date.now() + withinMs;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** The error that a call ends with. */
export async function failure(call: Promise<unknown>): Promise<Error> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
  throw new Error('the call was expected to fail');
}

const folders: string[] = [];

/** A folder that is removed with the tests of the file. */
export function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'compatible-node-'));
  folders.push(folder);
  return folder;
}

export function connect(connectionString: string): EventStoreDBClient {
  return EventStoreDBClient.connectionString(`${connectionString}&defaultDeadline=60000`);
}

const nodes: CompatibleNode[] = [];

/**
 * A node that is stopped with the tests of the file, and a client of it. Both are patient, so that a busy machine fails
 * no test that is not about time.
 */
export async function aNode(
  options: CompatibleNodeOptions = {},
): Promise<{ readonly node: CompatibleNode; readonly client: EventStoreDBClient }> {
  const limits = { writeTimeoutMs: 60_000, ...options.limits };
  const node = await startCompatibleNode({ ...options, limits });
  nodes.push(node);
  return { node, client: connect(node.connectionString) };
}

afterAll(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.stop()));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});
