import {
  checkSchema,
  connectCassandra,
  migrateCassandra,
  type MigrationStep,
  SchemaMismatch,
  waitForSchema,
} from '@parley/cassandra';
import { createLogger } from '@parley/platform';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { newKeyspaceUrl, testLogger } from './keyspace.js';

const one: MigrationStep = { id: 1, name: 'one', statements: ['CREATE TABLE IF NOT EXISTS one (a int PRIMARY KEY)'] };
const two: MigrationStep = { id: 2, name: 'two', statements: ['ALTER TABLE one ADD IF NOT EXISTS b text'] };

describe('migrations', () => {
  let url: string;
  beforeEach(() => {
    url = newKeyspaceUrl();
  });
  afterEach(async () => {
    const client = await connectCassandra({ url, logger: testLogger });
    await client.define(`DROP KEYSPACE IF EXISTS ${client.address.keyspace}`);
    await client.close();
  });
  const migrate = (steps: readonly MigrationStep[]) => migrateCassandra({ url, logger: testLogger, steps });

  it('make the keyspace and apply each step once, in order', async () => {
    expect(await migrate([one])).toEqual({ applied: ['one'], at: 1 });
    expect(await migrate([two, one].toReversed())).toEqual({ applied: ['two'], at: 2 });
    expect(await migrate([one, two])).toEqual({ applied: [], at: 2 });
    const client = await connectCassandra({ url, logger: testLogger });
    await client.write({ query: 'INSERT INTO one (a, b) VALUES (?, ?)', params: [1, 'x'] });
    expect(await client.readOne('SELECT * FROM one WHERE a = ?', [1])).toEqual({ a: 1, b: 'x' });
    await client.close();
  });

  it('are applied once when several start at the same time', async () => {
    const results = await Promise.all([1, 2, 3, 4].map(() => migrate([one, two])));
    expect(results.flatMap(({ applied }) => applied).toSorted()).toEqual(['one', 'two']);
    expect(new Set(results.map(({ at }) => at))).toEqual(new Set([2]));
  });

  it('go on where one was cut short', async () => {
    const broken: MigrationStep = { ...two, statements: [...two.statements, 'CREATE NONSENSE'] };
    await expect(migrate([one, broken])).rejects.toThrow(/NONSENSE/);
    expect(await migrate([one, two])).toEqual({ applied: ['two'], at: 2 });
  });

  it('refuse a step that was changed after it was applied, and tell a schema that is behind', async () => {
    await migrate([one]);
    const client = await connectCassandra({ url, logger: testLogger });
    await expect(
      migrate([{ ...one, statements: ['CREATE TABLE IF NOT EXISTS other (a int PRIMARY KEY)'] }]),
    ).rejects.toThrow(SchemaMismatch);
    await checkSchema(client, [one]);
    await expect(checkSchema(client, [one, two])).rejects.toThrow(/lacks the steps two.*npm run migrate/);
    await client.close();
  });

  it('are waited for by a process that starts before them', async () => {
    await migrate([]);
    const logger = createLogger('fatal');
    const warn = vi.spyOn(logger, 'warn');
    const client = await connectCassandra({ url, logger });
    const waiting = waitForSchema(client);
    await vi.waitFor(() => expect(warn).toHaveBeenCalled(), { timeout: 20_000 });
    expect(warn.mock.calls[0]?.[0]).toMatchObject({ reason: expect.stringContaining('npm run migrate') as string });
    await migrateCassandra({ url, logger: testLogger });
    await waiting;
    const giveUp = AbortSignal.abort(new Error('enough'));
    await expect(waitForSchema(client, giveUp)).rejects.toThrow('enough');
    await client.close();
  });
});
