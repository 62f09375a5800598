import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger } from '@parley/platform';
import { type CheckpointReader, type PartitionCheckpoint, projectionNames } from '@parley/ports';
import { connectRedis, type RedisConnection } from '@parley/redis';
import { vi } from 'vitest';

export const logger = createLogger(process.env['TEST_LOG_LEVEL'] ?? 'silent');

/** The Redis that REDIS_URL names. */
export function redisUrl(): string {
  const url = process.env['REDIS_URL'];
  if (url === undefined || url === '') {
    throw new Error('REDIS_URL is missing: start the engines (npm run engines:up) and set what it prints');
  }
  return url;
}

/** Keys and channels of one test only. */
export const newPrefix = (): string => `test-${randomUUID()}`;

/** A connection whose subscriptions stand as soon as there are any. */
export async function open(url = redisUrl(), prefix = newPrefix()): Promise<RedisConnection> {
  const connection = connectRedis(url, { logger, prefix });
  await until(() => connection.commands.available);
  return connection;
}

export const until = (condition: () => unknown, timeout = 30_000): Promise<void> =>
  vi.waitFor(
    async () => {
      if ((await condition()) !== true) throw new Error(`not so within ${timeout} ms: ${condition.toString()}`);
    },
    { timeout, interval: 10 },
  );

export const listening = (...connections: readonly RedisConnection[]): Promise<void> =>
  until(() => connections.every(({ channels, shards }) => channels.listening && shards.listening));

/**
 * The program: `redis-server` of the PATH, or the one behind REDIS_URL when that runs on this machine, with the libraries
 * it has loaded.
 */
async function serverProgram(): Promise<{ readonly command: string; readonly env: NodeJS.ProcessEnv }> {
  const onPath = (process.env['PATH'] ?? '').split(':').map((folder) => join(folder, 'redis-server'));
  const installed = onPath.find((file) => existsSync(file));
  if (installed !== undefined) return { command: installed, env: process.env };
  const info = await ask(Number(new URL(redisUrl()).port), 'INFO', 'server');
  const command = /^executable:(.*)\r$/m.exec(info)?.[1];
  const pid = /^process_id:(\d+)\r$/m.exec(info)?.[1];
  if (command === undefined || pid === undefined || !existsSync(command)) {
    throw new Error(
      'redis-server is not to be found: these tests start servers of their own, so it must be on the PATH',
    );
  }
  const libraries = readFileSync(`/proc/${pid}/maps`, 'utf8').matchAll(/ (\/\S+)\/[^/\s]+\.so[.\d]*$/gm);
  const folders = new Set([...libraries].map(([, folder]) => folder));
  return { command, env: { ...process.env, LD_LIBRARY_PATH: [...folders].join(':') } };
}

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
};

/** A server of the test's own, which may be killed and frozen. Empty after each start. */
export class OwnServer {
  readonly folder = mkdtempSync(join(tmpdir(), 'parley-redis-'));
  #process: ChildProcess | null = null;

  private constructor(
    readonly port: number,
    private readonly args: readonly string[],
  ) {}

  static async start(...args: readonly string[]): Promise<OwnServer> {
    const server = new OwnServer(await freePort(), args);
    await server.start();
    return server;
  }

  /** One that watches over this server as `mymaster`, alone, and is quick to give it up. */
  async sentinel(): Promise<OwnServer> {
    const port = await freePort();
    const file = join(this.folder, `sentinel-${port}.conf`);
    writeFileSync(
      file,
      `sentinel monitor mymaster 127.0.0.1 ${this.port} 1
sentinel down-after-milliseconds mymaster 1000
sentinel failover-timeout mymaster 5000
`,
    );
    const sentinel = new OwnServer(port, [file, '--sentinel']);
    await sentinel.start();
    return sentinel;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const fixed = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.folder];
    const bounds = ['--save', '', '--appendonly', 'no', '--maxmemory', '64mb', '--daemonize', 'no'];
    const { command, env } = await serverProgram();
    this.#process = spawn(command, [...this.args, ...fixed, ...(this.isSentinel ? [] : bounds)], {
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const started = this.#process;
    await vi.waitFor(
      async () => {
        if (started.exitCode !== null) throw new Error(`redis-server ended with ${started.exitCode}`);
        await reachable(this.port);
      },
      { timeout: 10_000, interval: 20 },
    );
  }

  async kill(): Promise<void> {
    const ended = this.#process;
    this.#process = null;
    if (ended === null || ended.exitCode !== null) return;
    const exit = once(ended, 'exit');
    ended.kill('SIGKILL');
    await exit;
  }

  freeze(): void {
    this.#process?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#process?.kill('SIGCONT');
  }

  async dispose(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private get isSentinel(): boolean {
    return this.args.includes('--sentinel');
  }
}

async function reachable(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
  } finally {
    socket.destroy();
  }
}

/** One command over a socket of its own; answers the raw reply. */
export async function ask(port: number, ...words: readonly string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(`*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`);
  const [reply] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return reply.toString();
}

/** A way to a server on which everything takes a while in each direction, or nothing gets through. */
export class SlowWay {
  delayMs = 0;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  private constructor(private readonly to: number) {
    this.#server = createServer((socket) => this.#carry(socket));
  }

  static async open(to: number): Promise<SlowWay> {
    const way = new SlowWay(to);
    way.#server.listen(0, '127.0.0.1');
    await once(way.#server, 'listening');
    return way;
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return `redis://127.0.0.1:${address.port}`;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #carry(here: Socket): void {
    const there = connect(this.to, '127.0.0.1');
    for (const [from, to] of [
      [here, there],
      [there, here],
    ] as const) {
      this.#sockets.add(from);
      from.setNoDelay(true);
      from.on('error', () => from.destroy());
      // In order, also when the delay becomes shorter.
      let last = Promise.resolve();
      from.on('data', (chunk) => {
        const arrival = sleep(this.delayMs);
        last = last.then(() => arrival).then(() => void (to.destroyed || to.write(chunk)));
      });
      from.on('close', () => {
        this.#sockets.delete(from);
        void last.then(() => to.destroy());
      });
    }
  }
}

/** Checkpoints of all projections, as stores would keep them. */
export class Checkpoints implements CheckpointReader {
  readonly #positions = new Map<number, number>();

  save(partition: number, position: number): void {
    this.#positions.set(partition, position);
  }

  async checkpoints(): Promise<readonly PartitionCheckpoint[]> {
    return [...this.#positions].flatMap(([partition, position]) =>
      projectionNames.map((projection) => ({ projection, partition, position })),
    );
  }
}
