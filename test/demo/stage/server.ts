import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer, type TestServer } from '../../kit/server.js';

/** The limits that are there for strangers do not hold for a whole town on one address. */
const settings = {
  PARLEY_LOG_LEVEL: 'error',
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

/** The server of a run, on a folder of its own. */
export class DemoServer {
  readonly dataDir: string;
  #server: TestServer;

  private constructor(dataDir: string, server: TestServer) {
    this.dataDir = dataDir;
    this.#server = server;
  }

  /**
   * @param pushEveryMs how long pushes are gathered; 0: not at all
   * @param keep leaves its folder behind
   */
  static async start(pushEveryMs: number, keep: boolean): Promise<DemoServer> {
    const dataDir = mkdtempSync(join(tmpdir(), 'parley-demo-'));
    // However this process ends: the server goes with it (see the kit), and so does its folder.
    if (!keep) process.once('exit', () => rmSync(dataDir, { recursive: true, force: true }));
    return new DemoServer(
      dataDir,
      await startServer({ dataDir, environment: { ...settings, PARLEY_PUSH_EVERY: String(pushEveryMs) } }),
    );
  }

  get url(): string {
    return this.#server.url;
  }

  /** What it wrote to standard error since it was started last. */
  errorOutput(): string {
    return this.#server.errorOutput();
  }

  /** SIGKILL, and a new process on the same folder and port. Resolves when that is ready. */
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
