import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { smallDisks, TcpProxy } from '#engines';
import { type ChildNode, spawnCompatibleNode } from '../../eventstore-node/index.js';
import type { Breakable } from './breakable.js';

const host = '127.0.0.1';

/** The event log: a compatible node behind a proxy. */
export class EventLogNode implements Breakable {
  readonly connectionString: string;
  #node: ChildNode;

  private constructor(
    private readonly directory: string,
    node: ChildNode,
    private readonly proxy: TcpProxy,
    port: number,
  ) {
    this.#node = node;
    this.connectionString = node.connectionString.replace(`:${node.port}`, `:${port}`);
  }

  /** @param smallDiskMiB null: on the machine's disk, which is not to be filled */
  static async open(directory: string, smallDiskMiB: number | null): Promise<EventLogNode> {
    mkdirSync(directory, { recursive: true });
    if (smallDiskMiB !== null) await smallDisks.mountSmallDisk(directory, smallDiskMiB);
    const node = await spawnCompatibleNode({ directory });
    const port = await freePort();
    const proxy = new TcpProxy({ host, port }, { host, port: node.port });
    await proxy.open();
    return new EventLogNode(directory, node, proxy, port);
  }

  async close(): Promise<void> {
    if (this.#node.alive) await this.#node.kill();
    await this.proxy.close();
    await smallDisks.unmountSmallDisk(this.directory);
  }

  stop(): Promise<void> {
    return this.#node.stop();
  }

  kill(): Promise<void> {
    return this.#node.kill();
  }

  async start(): Promise<void> {
    if (!this.#node.alive) this.#node = await spawnCompatibleNode({ directory: this.directory, port: this.#node.port });
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  freeze(): Promise<void> {
    this.#node.freeze();
    return Promise.resolve();
  }

  thaw(): Promise<void> {
    this.#node.thaw();
    return Promise.resolve();
  }

  slow(ms: number): Promise<void> {
    return this.proxy.behave({ mode: 'pass', delayMs: ms });
  }

  fillDisk(): Promise<void> {
    smallDisks.fill(this.directory);
    return Promise.resolve();
  }

  /** A node that could not write takes nothing more until it is started anew. */
  async freeDisk(): Promise<void> {
    smallDisks.empty(this.directory);
    if (this.#node.alive) await this.#node.stop();
    await this.start();
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
