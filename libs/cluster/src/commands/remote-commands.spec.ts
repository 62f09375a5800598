import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Logger } from '@parley/platform';
import {
  type ClusterNode,
  type Command,
  type CommandContext,
  CommandRejected,
  type CommandResult,
} from '@parley/ports';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { CommandServer } from './command-server.js';
import { RemoteCommands } from './remote-commands.js';

const logger = {
  trace: () => {},
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
} as unknown as Logger;
const context: CommandContext = { actorId: 'usr_a', deviceId: 'dev_1', now: 1, correlationId: 'req_1' };
const rename = (conversationId: string, title: string): Command => ({
  type: 'rename-conversation',
  conversationId,
  title,
});

/** A node whose write side is told what to do by the test. */
class Node {
  readonly titles: string[] = [];
  readonly sockets = new Set<Socket>();
  /** What it does with a command; default: answers at once. */
  behaviour: (title: string, context: CommandContext) => Promise<CommandResult> = () =>
    Promise.resolve({ position: this.titles.length });
  private constructor(
    readonly node: ClusterNode,
    readonly http: Server,
    readonly server: CommandServer,
  ) {}

  static async start(id: string): Promise<Node> {
    const http = createServer();
    let self: Node | null = null;
    const server = new CommandServer({
      commands: { execute: (command: Command, asked: CommandContext) => self?.take(command, asked) as never },
      admits: (token) => Promise.resolve(token === 'good'),
      logger,
    });
    server.attach(http);
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    const { port } = http.address() as AddressInfo;
    self = new Node({ id, kind: 'command-api', address: `http://127.0.0.1:${port}` }, http, server);
    const { sockets } = self;
    http.on('connection', (socket) => sockets.add(socket.on('close', () => sockets.delete(socket))));
    return self;
  }

  take(command: Command, asked: CommandContext): Promise<CommandResult> {
    const { title } = command as Extract<Command, { type: 'rename-conversation' }>;
    this.titles.push(title);
    return this.behaviour(title, asked);
  }

  /** As a process that was killed: its connections break. */
  kill(): void {
    this.http.close();
    for (const socket of this.sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    await this.server.close();
    this.kill();
  }
}

const total = (nodes: readonly Node[]): number => nodes.reduce((sum, { titles }) => sum + titles.length, 0);

describe('commands to other processes', () => {
  const running: { stop(): unknown }[] = [];
  afterEach(async () => {
    for (const one of running.splice(0).toReversed()) await one.stop();
  });

  const start = async (count: number, { token = 'good', timeoutMs = 5_000 } = {}) => {
    const nodes = await Promise.all(Array.from({ length: count }, (_, n) => Node.start(`node${n}`)));
    running.push(...nodes);
    let known = nodes.map(({ node }) => node);
    const listeners = new Set<() => void>();
    const directory = {
      nodes: () => known,
      onChange: (listener: () => void) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    };
    const remote = new RemoteCommands({ directory, token: () => Promise.resolve(token), logger, timeoutMs });
    running.push({ stop: () => remote.close() });
    const announce = (...now: readonly Node[]): void => {
      known = now.map(({ node }) => node);
      for (const listener of listeners) listener();
    };
    return { nodes, remote, announce };
  };
  it('are executed by the node that owns the conversation, and by nobody else', async () => {
    const { nodes, remote } = await start(3);
    for (let n = 0; n < 30; n++) {
      for (const title of ['one', 'two']) await remote.execute(rename(`cnv_${n}`, `${n} ${title}`), context);
    }
    expect(nodes.every(({ titles }) => titles.length > 0)).toBe(true);
    for (const { titles } of nodes) {
      const of = (which: string): string[] =>
        titles.filter((title) => title.endsWith(which)).map((t) => t.split(' ')[0] ?? '');
      expect(of('one')).toEqual(of('two'));
    }
  });

  it('tell a refusal as it was told there', async () => {
    const { nodes, remote } = await start(1);
    nodes[0]!.behaviour = () => Promise.reject(new CommandRejected('not_allowed', 'only admins', 70));
    await expect(remote.execute(rename('cnv_1', 'x'), context)).rejects.toMatchObject({
      code: 'not_allowed',
      detail: 'only admins',
      retryAfterMs: 70,
    });
    nodes[0]!.behaviour = () => Promise.reject(new TypeError('a secret'));
    await expect(remote.execute(rename('cnv_1', 'x'), context)).rejects.toMatchObject({ code: 'internal' });
  });

  it('keep their order, also when the connection stands only later', async () => {
    const { nodes, remote } = await start(1);
    const titles = Array.from({ length: 200 }, (_, n) => String(n));
    await Promise.all(titles.map((title) => remote.execute(rename('cnv_1', title), context)));
    expect(nodes[0]?.titles).toEqual(titles);
  });

  it('go to another node when theirs dies, those without an answer once more and in order', async () => {
    const { nodes, remote } = await start(2);
    await remote.execute(rename('cnv_1', 'which'), context);
    const [owner, other] = nodes[0]!.titles.length > 0 ? [nodes[0]!, nodes[1]!] : [nodes[1]!, nodes[0]!];
    owner.behaviour = () => new Promise(() => {});
    const calls = ['a', 'b', 'c'].map((title) => remote.execute(rename('cnv_1', title), context));
    await vi.waitFor(() => expect(owner.titles).toEqual(['which', 'a', 'b', 'c']));
    owner.kill();
    const later = remote.execute(rename('cnv_1', 'd'), context);
    await Promise.all([...calls, later]);
    expect(other.titles).toEqual(['a', 'b', 'c', 'd']);
  });

  it('go to another node when theirs says nothing any more', async () => {
    const { nodes, remote } = await start(2, { timeoutMs: 20_000 });
    await remote.execute(rename('cnv_1', 'which'), context);
    const [owner, other] = nodes[0]!.titles.length > 0 ? [nodes[0]!, nodes[1]!] : [nodes[1]!, nodes[0]!];
    for (const socket of owner.sockets) socket.pause().write = () => true;
    await remote.execute(rename('cnv_1', 'a'), context);
    expect(other.titles).toEqual(['a']);
  });

  it('are no longer wanted from a node that wakes up after it was given up, though their answers lie in its buffer', async () => {
    const { nodes, remote } = await start(2, { timeoutMs: 20_000 });
    await remote.execute(rename('cnv_1', 'which'), context);
    const [owner, other] = nodes[0]!.titles.length > 0 ? [nodes[0]!, nodes[1]!] : [nodes[1]!, nodes[0]!];
    const wanted: Promise<unknown>[] = [];
    owner.behaviour = (_title, { caller }) => {
      const moment = performance.now();
      wanted.push(
        caller!.hear(moment).then(
          () => caller!.isHeard(moment),
          ({ code }: CommandRejected) => code,
        ),
      );
      return new Promise(() => {});
    };
    const before = remote.execute(rename('cnv_1', 'before'), context);
    await vi.waitFor(() => expect(owner.titles).toContain('before'));
    expect(await wanted[0]).toBe(true);
    // It stands still: what it is told gathers in its buffer.
    const asleep = [...owner.sockets].map((socket) => ({ socket: socket.pause(), write: socket.write }));
    for (const { socket } of asleep) socket.write = () => true;
    const after = remote.execute(rename('cnv_1', 'after'), context);
    await Promise.all([before, after]);
    expect(other.titles).toEqual(['before', 'after']);
    for (const { socket, write } of asleep) {
      socket.write = write;
      socket.resume();
    }
    await vi.waitFor(() => expect(owner.titles).toContain('after'));
    expect(await wanted[1]).toBe('shutting_down');
  });

  it('are wanted for as long as their caller is there', async () => {
    const { nodes, remote } = await start(1);
    nodes[0]!.behaviour = async (_title, { caller }) => {
      for (let i = 0; i < 3; i++) {
        const moment = performance.now();
        await caller!.hear(moment);
        if (!caller!.isHeard(moment)) throw new Error('not heard');
      }
      return { position: 3 };
    };
    expect(await remote.execute(rename('cnv_1', 'x'), context)).toEqual({ position: 3 });
  });

  it('follow to its node one that took too long there: it may be decided yet', async () => {
    const { nodes, remote, announce } = await start(2, { timeoutMs: 300 });
    await remote.execute(rename('cnv_1', 'which'), context);
    const [owner, other] = nodes[0]!.titles.length > 0 ? [nodes[0]!, nodes[1]!] : [nodes[1]!, nodes[0]!];
    const gate = Promise.withResolvers<void>();
    other.behaviour = () => gate.promise.then(() => ({ position: 7 }));
    announce(other);
    const late = remote.execute(rename('cnv_1', 'late'), context);
    await expect(late).rejects.toMatchObject({ code: 'log_unavailable' });
    announce(owner, other);
    const next = remote.execute(rename('cnv_1', 'next'), context);
    await vi.waitFor(() => expect(total(nodes)).toBe(3));
    expect(other.titles).toEqual(['late', 'next']);
    gate.resolve();
    expect(await next).toEqual({ position: 7 });
    await remote.execute(rename('cnv_1', 'later'), context);
    expect(owner.titles).toEqual(['which', 'later']);
  });

  it('are answered by a node that leaves, and those after them by another one only then', async () => {
    const { nodes, remote, announce } = await start(2);
    await remote.execute(rename('cnv_1', 'which'), context);
    const [owner, other] = nodes[0]!.titles.length > 0 ? [nodes[0]!, nodes[1]!] : [nodes[1]!, nodes[0]!];
    const gate = Promise.withResolvers<void>();
    owner.behaviour = () => gate.promise.then(() => ({ position: 7 }));
    const before = remote.execute(rename('cnv_1', 'before'), context);
    await vi.waitFor(() => expect(owner.titles).toContain('before'));
    const stopping = owner.server.close();
    announce(other);
    const after = remote.execute(rename('cnv_1', 'after'), context);
    await remote.execute(rename('cnv_2', 'elsewhere'), context);
    expect(other.titles).not.toContain('after');
    gate.resolve();
    expect(await before).toEqual({ position: 7 });
    await after;
    expect(other.titles).toContain('after');
    await stopping;
  });

  it('wait for a node to come, but not for ever', async () => {
    const { nodes, remote, announce } = await start(1, { timeoutMs: 300 });
    announce();
    await expect(remote.execute(rename('cnv_1', 'x'), context)).rejects.toMatchObject({ code: 'log_unavailable' });
    const waiting = remote.execute(rename('cnv_1', 'y'), context);
    announce(...nodes);
    await waiting;
    expect(total(nodes)).toBe(1);
  });

  it('are taken from nobody without the token', async () => {
    const { nodes, remote } = await start(1, { token: 'bad', timeoutMs: 300 });
    await expect(remote.execute(rename('cnv_1', 'x'), context)).rejects.toMatchObject({ code: 'log_unavailable' });
    expect(total(nodes)).toBe(0);
  });

  it('stay where they are under way when another node comes', async () => {
    const { nodes, remote, announce } = await start(4);
    const [first] = nodes;
    announce(first!);
    const gate = Promise.withResolvers<void>();
    first!.behaviour = () => gate.promise.then(() => ({ position: 1 }));
    const keys = Array.from({ length: 16 }, (_, n) => `cnv_${n}`);
    const calls = keys.map((key) => remote.execute(rename(key, `${key} 1`), context));
    await vi.waitFor(() => expect(first!.titles).toHaveLength(16));
    announce(...nodes);
    calls.push(...keys.map((key) => remote.execute(rename(key, `${key} 2`), context)));
    await vi.waitFor(() => expect(first!.titles).toHaveLength(32));
    gate.resolve();
    await Promise.all(calls);
    await Promise.all(keys.map((key) => remote.execute(rename(key, `${key} 3`), context)));
    expect(first!.titles.length).toBeLessThan(48);
    expect(total(nodes)).toBe(48);
  });
});
