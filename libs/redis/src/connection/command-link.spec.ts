import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CommandLink, RedisUnavailable, script } from './command-link.js';
import { FailureLog } from './failure-log.js';
import type { RedisClient } from './redis-clients.js';

/** A client whose server answers when the test says so. */
class Client extends EventEmitter {
  status = 'ready';
  answers = true;
  pings = 0;
  disconnects: boolean[] = [];
  connects = 0;
  #waiting: (() => void)[] = [];

  ping = (): Promise<string> => {
    this.pings++;
    return this.reply('PONG');
  };

  reply<T>(value: T): Promise<T> {
    return this.answers ? Promise.resolve(value) : new Promise((resolve) => this.#waiting.push(() => resolve(value)));
  }

  thaw(): void {
    this.answers = true;
    for (const answer of this.#waiting.splice(0)) answer();
  }

  disconnect(reconnect = false): void {
    this.disconnects.push(reconnect);
  }

  connect(): Promise<void> {
    this.connects++;
    return Promise.resolve();
  }
}

let client: Client;
let link: CommandLink;
const nothing = { warn() {}, info() {} } as never;
beforeEach(() => {
  vi.useFakeTimers();
  client = new Client();
  link = new CommandLink(client as unknown as RedisClient, new FailureLog(nothing));
});
afterEach(() => vi.useRealTimers());

const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
/** How a command ended, and when. */
const run = (): { ended: string | null } => {
  const call: { ended: string | null } = { ended: null };
  link
    .run('get', () => client.reply('value'))
    .then(
      (value) => (call.ended = value),
      (error: Error) => (call.ended = error.name),
    );
  return call;
};

describe('commands', () => {
  it('are refused at once without a connection', async () => {
    client.status = 'reconnecting';
    const call = run();
    await pass(0);
    expect(call.ended).toBe('RedisUnavailable');
    expect(link.available).toBe(false);
    expect(await link.attempt('get', () => client.reply('value'))).toBeUndefined();
  });

  it('wait half a second for a frozen server, once, and go on as soon as it answers', async () => {
    client.answers = false;
    const first = run();
    await pass(490);
    expect(first.ended).toBeNull();
    await pass(20);
    expect(first.ended).toBe('RedisUnavailable');
    const second = run();
    await pass(0);
    expect(second.ended).toBe('RedisUnavailable');
    client.thaw();
    await pass(0);
    const third = run();
    await pass(0);
    expect(third.ended).toBe('value');
  });

  it('probe a silent server all the time, and connect anew after some seconds', async () => {
    client.answers = false;
    run();
    await pass(4_000);
    expect(client.pings).toBeGreaterThanOrEqual(2);
    expect(client.disconnects).toEqual([]);
    await pass(4_000);
    expect(client.disconnects).toEqual([true]);
    client.answers = true;
    await pass(3_000);
    expect(link.available).toBe(true);
  });

  it('are still sent for a while to a server that is slow, when they need no answer', async () => {
    client.answers = false;
    run();
    await pass(1_000);
    expect(link.available).toBe(false);
    expect(link.reachable).toBe(true);
    const sent = link.send('publish', () => client.reply(1));
    client.thaw();
    await sent;
    await pass(0);
    client.answers = false;
    run();
    await pass(4_000);
    expect(link.reachable).toBe(false);
    await expect(link.send('publish', () => client.reply(1))).rejects.toThrow(RedisUnavailable);
  });

  it('tell apart what failed from what is away', async () => {
    const failing = link.run('get', () => Promise.reject(new Error('WRONGTYPE')));
    await expect(failing).rejects.toThrow('get failed');
    expect(link.available).toBe(true);
  });

  it('let go of the connection at the end, after those under way', async () => {
    client.answers = false;
    const call = run();
    let closed = false;
    void link.close().then(() => (closed = true));
    await pass(100);
    expect(closed).toBe(false);
    client.thaw();
    await pass(0);
    expect(call.ended).toBe('value');
    expect(closed).toBe(true);
    expect(client.disconnects).toEqual([false]);
    client.emit('end');
    await pass(1_000);
    expect(client.connects).toBe(0);
  });

  it('connect anew when the client gave up', async () => {
    client.emit('end');
    await pass(1_000);
    expect(client.connects).toBe(1);
  });
});

it('sends a script by its hash, and its text to a server that does not know it', async () => {
  const calls: string[] = [];
  const commands = {
    evalsha: (sha: string, count: number, ...rest: unknown[]) => {
      calls.push(`evalsha ${sha.length} ${count} ${rest.join(' ')}`);
      return calls.length === 1 ? Promise.reject(new Error('NOSCRIPT No matching script')) : Promise.resolve(1);
    },
    eval: (text: string, count: number, ...rest: unknown[]) => {
      calls.push(`eval ${text} ${count} ${rest.join(' ')}`);
      return Promise.resolve(1);
    },
  };
  const one = script('return 1');
  for (let i = 0; i < 2; i++) await link.evaluate(commands as never, one, ['key'], ['arg', 7]);
  expect(calls).toEqual(['evalsha 40 1 key arg 7', 'eval return 1 1 key arg 7', 'evalsha 40 1 key arg 7']);
});
