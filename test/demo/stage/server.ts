import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbedded, type TestServer } from '../../kit/server.js';

/** The limits that are there for strangers do not hold for a whole town on one address. */
const settings = {
  PARLEY_LOG_LEVEL: 'warn',
  // Passwords of made-up people need not cost an attacker anything.
  PARLEY_PASSWORD_COST: '10',
  PARLEY_ACCESS_TTL: '86400',
  PARLEY_CONNECTIONS_PER_ADDRESS: '1000000',
  PARLEY_ACCEPTS_PER_SECOND: '1000000',
  PARLEY_FRAMES_PER_SECOND: '100000',
  PARLEY_REQUESTS_PER_MINUTE_USER: '1000000',
  PARLEY_REQUESTS_PER_MINUTE_ADDRESS: '100000000',
  PARLEY_CREDENTIALS_PER_MINUTE: '100000000',
};

export interface DemoServerOptions {
  /** How long pushes are gathered; 0: not at all. */
  readonly pushEveryMs: number;
  /** Leaves its folder behind. */
  readonly keep: boolean;
  /** Many processes on the real engines. */
  readonly cluster: boolean;
  /** What is being waited for. */
  readonly tell: (line: string) => void;
}

/** The server of a run, on a folder of its own. */
export class DemoServer {
  readonly dataDir: string;
  #server: TestServer;

  private constructor(dataDir: string, server: TestServer) {
    this.dataDir = dataDir;
    this.#server = server;
  }

  static async start({ pushEveryMs, keep, cluster, tell }: DemoServerOptions): Promise<DemoServer> {
    const dataDir = mkdtempSync(join(tmpdir(), 'parley-demo-'));
    // However this process ends: the server goes with it (see the kit), and so does its folder.
    if (!keep) process.once('exit', () => rmSync(dataDir, { recursive: true, force: true }));
    const environment = { ...settings, PARLEY_PUSH_EVERY: String(pushEveryMs) };
    if (!cluster) return new DemoServer(dataDir, await startEmbedded({ dataDir, environment }));
    const { startDemoCluster } = await import('./cluster.js');
    return new DemoServer(dataDir, await startDemoCluster({ dataDir, environment }, tell));
  }

  get url(): string {
    return this.#server.url;
  }

  /** What it wrote to standard error since it was started last. */
  errorOutput(): string {
    return this.#server.errorOutput();
  }

  /** In a file that stays. @returns its path */
  keepErrorOutput(): string {
    const file = `${this.dataDir}.log`;
    writeFileSync(file, this.errorOutput());
    return file;
  }

  /** SIGKILL to every process of it, and new ones on the same data and port. Resolves when they are ready. */
  async killAndRestart(): Promise<void> {
    await this.#server.kill();
    this.#server = await this.#server.restart();
  }

  /** @returns its exit code */
  stop(): Promise<number | null> {
    return this.#server.stop();
  }

  dispose(): Promise<void> {
    return this.#server.dispose();
  }
}
