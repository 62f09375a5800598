import { checkIntegrity, EventLogUnusable, openEventLog, openLogReader } from '@parley/embedded';
import type { RecordedEvent } from '@parley/events';
import { EventLogUnavailable } from '@parley/ports';
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { execFileSync } from 'node:child_process';
import { DatabaseSync } from 'node:sqlite';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { childEvent } from './event-log-child-events.js';
import { anEvent, aStream, eventLogContract } from './event-log.contract.js';

const folders: string[] = [];
const aFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-log-'));
  folders.push(folder);
  return folder;
};
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

eventLogContract('embedded', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-log-'));
  const log = await openEventLog(folder);
  return {
    ...log,
    close: async () => {
      await log.close();
      const damage = checkIntegrity(folder);
      rmSync(folder, { recursive: true });
      if (damage.length > 0) throw new Error(damage.join('; '));
    },
  };
});

describe('embedded event log', () => {
  it('finishes everything accepted before it closes, and refuses what comes later', async () => {
    const folder = aFolder();
    let log = await openEventLog(folder);
    const stream = aStream();
    const appends = Array.from({ length: 500 }, () => log.append({ stream, expected: 'any', events: [anEvent()] }));
    const closed = log.close();
    await expect(log.append({ stream, expected: 'any', events: [anEvent()] })).rejects.toBeInstanceOf(
      EventLogUnavailable,
    );
    expect((await Promise.all(appends)).filter((r) => r.outcome === 'appended')).toHaveLength(500);
    await closed;
    await expect(log.info()).rejects.toBeInstanceOf(EventLogUnavailable);
    log = await openEventLog(folder);
    expect(await log.streamInfo(stream)).toMatchObject({ events: 500 });
    await log.close();
  });

  it('ends subscriptions when it closes', async () => {
    const log = await openEventLog(aFolder());
    const reading = (async () => {
      for await (const _ of log.subscribe({ after: 0 })) expect.unreachable();
    })();
    await log.close();
    await reading;
  });

  it('refuses appends beyond its queue', async () => {
    const log = await openEventLog(aFolder(), { queue: { appends: 10 } });
    const stream = aStream();
    const results = await Promise.allSettled(
      Array.from({ length: 12 }, () => log.append({ stream, expected: 'any', events: [anEvent()] })),
    );
    expect(results.map((r) => r.status)).toEqual([...Array(10).fill('fulfilled'), 'rejected', 'rejected']);
    expect((results[11] as PromiseRejectedResult).reason).toBeInstanceOf(EventLogUnavailable);
    await log.append({ stream, expected: 9, events: [anEvent()] });
    await log.close();
  });

  it('knows ids and revisions of all ages: indexed, on the way there, and after reopening', async () => {
    const folder = aFolder();
    let log = await openEventLog(folder);
    const total = 40_000;
    for (let n = 0; n < total; n += 500) {
      const events = Array.from({ length: 500 }, (_, i) => ({ ...anEvent(), time: n + i }));
      await log.append({ stream: `s-${(n / 500) % 7}`, expected: 'any', events });
    }
    const check = async (): Promise<void> => {
      const all: RecordedEvent[] = [];
      for await (const batch of log.subscribe({ after: 0 })) {
        all.push(...batch.events);
        if (batch.live) break;
      }
      expect(all).toHaveLength(total);
      for (let i = 0; i < total; i += 997) {
        const { stream, revision, position, ...event } = all[i]!;
        expect((await log.findEvent(event.eventId, stream))?.position).toBe(position);
        expect((await log.readStream(stream, { from: revision, limit: 1 }))[0]).toEqual(all[i]);
        expect((await log.readStream(stream, { direction: 'backwards', from: revision, limit: 1 }))[0]).toEqual(all[i]);
        const again = await log.append({ stream, expected: 'none', events: [event] });
        expect(again).toEqual({ outcome: 'appended', revision, position, repeated: true });
      }
    };
    await check();
    await log.close();
    log = await openEventLog(folder);
    await check();
    await log.close();
    expect(checkIntegrity(folder)).toEqual([]);
  });

  it('considers a bounded part of the log in one read with a filter', async () => {
    const log = await openEventLog(aFolder());
    for (let n = 0; n < 20; n++) {
      await log.append({ stream: 'busy', expected: 'any', events: Array.from({ length: 512 }, () => anEvent()) });
    }
    await log.append({ stream: 'rare', expected: 'any', events: [anEvent()] });
    const page = await log.readAll({ filter: { streamPrefixes: ['rare'] } });
    expect(page).toMatchObject({ events: [], atEnd: false });
    expect((await log.readAll({ after: page.considered, filter: { streamPrefixes: ['rare'] } })).events).toHaveLength(
      1,
    );
    await log.close();
  });

  it('lets another reader, without the signal, read and follow', async () => {
    const folder = aFolder();
    const log = await openEventLog(folder);
    const reader = openLogReader(folder);
    const following = (async () => {
      for await (const batch of reader.subscribe({ after: 0 })) if (batch.events.length > 0) return batch.events;
      return [];
    })();
    const event = anEvent();
    await log.append({ stream: 's', expected: 'none', events: [event] });
    expect((await following)[0]).toMatchObject(event);
    reader.close();
    await log.close();
  });
});

describe('what stands in the way of opening', () => {
  it('refuses a second writer in this process', async () => {
    const folder = aFolder();
    const log = await openEventLog(folder);
    await expect(openEventLog(folder)).rejects.toThrow(/in use by another process/);
    await log.close();
    await (await openEventLog(folder)).close();
  });

  it('refuses a file that is no log, a log that was cut off, and a newer schema, each by name', async () => {
    const foreign = aFolder();
    writeFileSync(join(foreign, 'log.db'), 'x'.repeat(8_192));
    await expect(openEventLog(foreign)).rejects.toThrow(/bad header/);

    const cut = aFolder();
    let log = await openEventLog(cut);
    for (let i = 0; i < 5; i++) {
      await log.append({ stream: 's', expected: 'any', events: Array.from({ length: 500 }, () => anEvent()) });
    }
    await log.close();
    truncateSync(join(cut, 'log.db'), 65_536);
    await expect(openEventLog(cut)).rejects.toBeInstanceOf(EventLogUnusable);

    const newer = aFolder();
    log = await openEventLog(newer);
    await log.close();
    const db = new DatabaseSync(join(newer, 'log.db'));
    db.exec('PRAGMA user_version = 99');
    db.close();
    await expect(openEventLog(newer)).rejects.toThrow(/schema 99/);

    expect(() => openLogReader(aFolder())).toThrow(/there is no event log/);
  });
});

type Child = ChildProcessByStdio<Writable, Readable, null>;
/** Built, because the child runs without vitest. */
const script = fileURLToPath(new URL('../dist/contract/event-log-child.js', import.meta.url));

function start(folder: string, streams: number, extra: { args?: string[]; shell?: string } = {}): Child {
  const command = [process.execPath, '--disable-warning=ExperimentalWarning', script, folder, String(streams)];
  const args = [...command, ...(extra.args ?? [])];
  if (extra.shell === undefined) return spawn(args[0]!, args.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] });
  return spawn('bash', ['-c', `${extra.shell}; exec "$@"`, 'bash', ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
}

/** Calls back with every whole line until it answers true or the process has ended. */
async function read(child: Child, enough: (line: string) => boolean): Promise<void> {
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) if (enough(line)) break;
}

interface Acknowledged {
  revision: number;
  position: number;
}
const note = (line: string, acknowledged: Map<number, Acknowledged>): void => {
  const [n, outcome, revision, position] = line.split(' ');
  if (outcome === 'ok') acknowledged.set(Number(n), { revision: Number(revision), position: Number(position) });
};

/** Every acknowledged append is there where it was said to be, no event is doubled, revisions have no gaps. */
async function verify(folder: string, acknowledged: ReadonlyMap<number, Acknowledged>): Promise<void> {
  const log = await openEventLog(folder);
  const seen = new Map<number, RecordedEvent>();
  const revisions = new Map<string, number>();
  for await (const batch of log.subscribe({ after: 0 })) {
    for (const event of batch.events) {
      expect(event.revision).toBe((revisions.get(event.stream) ?? -1) + 1);
      revisions.set(event.stream, event.revision);
      expect(seen.has(event.time)).toBe(false);
      seen.set(event.time, event);
    }
    if (batch.live) break;
  }
  for (const [n, place] of acknowledged) expect(seen.get(n)).toMatchObject({ ...childEvent(n), ...place });
  for (const event of [...seen.values()].slice(-50)) {
    expect(await log.findEvent(event.eventId, event.stream)).toEqual(event);
    expect((await log.readStream(event.stream, { from: event.revision, limit: 1 }))[0]).toEqual(event);
  }
  await log.close();
  expect(checkIntegrity(folder)).toEqual([]);
}

describe('a process that writes', () => {
  it(
    'loses no acknowledged append and doubles none, killed at any moment, again and again',
    { timeout: 120_000 },
    async () => {
      const folder = aFolder();
      const acknowledged = new Map<number, Acknowledged>();
      const seed = Number(process.env['FC_SEED'] ?? Date.now() % 100_000);
      console.log(`kill seed ${seed}`);
      for (let round = 0; round < 6; round++) {
        const target = 200 + (((seed + round) * 7_919) % 6_000);
        const child = start(folder, 13);
        let answers = 0;
        const killed: string[] = [];
        await read(child, (line) => {
          killed.push(line);
          note(line, acknowledged);
          // After the kill, whatever it had still said is read to the end.
          if (++answers === target) child.kill('SIGKILL');
          return false;
        });
        expect(killed[0]).toBe('ready');
        expect(answers).toBeGreaterThanOrEqual(target);
      }
      await verify(folder, acknowledged);
    },
  );

  it('keeps a second process out until it is gone', async () => {
    const folder = aFolder();
    const first = start(folder, 1);
    await read(first, (line) => line === 'ready');
    await expect(openEventLog(folder)).rejects.toThrow(/in use by another process/);
    first.kill('SIGKILL');
    await new Promise((resolve) => first.once('exit', resolve));
    await (await openEventLog(folder)).close();
  });

  it.runIf(process.platform === 'linux' && existsSync('/usr/bin/prlimit'))(
    'answers unavailable while the disk is full, loses nothing, and goes on when there is room',
    { timeout: 60_000 },
    async () => {
      const folder = aFolder();
      const acknowledged = new Map<number, Acknowledged>();
      // A limit on the size of files stands for a full disk.
      const child = start(folder, 5, { args: ['pause'], shell: `trap '' XFSZ; ulimit -S -f 20000` });
      let refused = 0;
      let after = 0;
      await read(child, (line) => {
        note(line, acknowledged);
        if (line.endsWith('unavailable') && ++refused === 64) {
          execFileSync('/usr/bin/prlimit', ['--pid', String(child.pid), '--fsize=unlimited:unlimited']);
          child.stdin.write('go\n');
        }
        if (refused >= 64 && line.includes(' ok ') && ++after === 500) child.kill('SIGKILL');
        return false;
      });
      expect(refused).toBeGreaterThanOrEqual(64);
      expect(after).toBeGreaterThanOrEqual(500);
      await verify(folder, acknowledged);
    },
  );
});
