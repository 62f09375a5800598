import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface ServerOptions {
  /** Default: a new folder, removed by `dispose`. */
  readonly dataDir?: string;
  /** Settings by their full names, `PARLEY_…`; they win over the kit's own. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Default: 20 s. */
  readonly readyWithinMs?: number;
}

/** A whole Parley server in a process of its own, on a folder of its own. */
export interface TestServer {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  /** `ws://127.0.0.1:port/v1/socket` */
  readonly socketUrl: string;
  readonly dataDir: string;
  readonly pid: number;
  /** Everything written to standard error so far. */
  errorOutput(): string;
  /** SIGTERM, and SIGKILL after 15 s. Answers the exit code; null when it had to be killed. */
  stop(): Promise<number | null>;
  /** SIGKILL: as if the power went. */
  kill(): Promise<void>;
  /** A new process on the same folder and port; the old one must have ended. */
  restart(environment?: Readonly<Record<string, string>>): Promise<TestServer>;
  /** Ends the process, whatever its state, and removes the folder when the kit made it. */
  dispose(): Promise<void>;
}

const main = fileURLToPath(new URL('main.js', `file://${createRequire(import.meta.url).resolve('@parley/parley')}`));
const readyLine = /^Parley is ready at (\S+)/;
const defaultReadyWithinMs = 20_000;
const stopWithinMs = 15_000;

/** What makes tests fast and free of the limits they do not test. */
const testSettings: Readonly<Record<string, string>> = {
  PARLEY_PORT: '0',
  PARLEY_LOG_LEVEL: 'error',
  PARLEY_PASSWORD_COST: '10',
  PARLEY_REQUESTS_PER_MINUTE_USER: '1000000',
  PARLEY_REQUESTS_PER_MINUTE_ADDRESS: '10000000',
  PARLEY_CREDENTIALS_PER_MINUTE: '1000000',
};

/** Experimental: the engine below the embedded stores. Negative: a timer of the client of Kafka. */
const quiet = ['--disable-warning=ExperimentalWarning', '--disable-warning=TimeoutNegativeWarning'];

/** Starts a server and waits until it is ready. @throws Error with its error output when it ends before */
export async function startServer(options: ServerOptions = {}): Promise<TestServer> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'parley-test-'));
  const child = spawn(process.execPath, [...quiet, main, 'serve'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...withoutSettings(process.env), ...testSettings, PARLEY_DATA_DIR: dataDir, ...options.environment },
  });
  const killAtExit = (): void => void child.kill('SIGKILL');
  process.once('exit', killAtExit);
  const ended = once(child, 'exit').then(() => process.off('exit', killAtExit));
  let errorOutput = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errorOutput += text;
  });
  const url = await readyUrl(child, options.readyWithinMs ?? defaultReadyWithinMs, () => errorOutput);
  return {
    url,
    socketUrl: `${url.replace(/^http/, 'ws')}/v1/socket`,
    dataDir,
    pid: child.pid ?? 0,
    errorOutput: () => errorOutput,
    async stop() {
      child.kill('SIGTERM');
      const killer = setTimeout(() => child.kill('SIGKILL'), stopWithinMs);
      await ended;
      clearTimeout(killer);
      return child.exitCode;
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    restart: (environment) =>
      startServer({
        ...options,
        dataDir,
        environment: { ...options.environment, PARLEY_PORT: new URL(url).port, ...environment },
      }),
    async dispose() {
      child.kill('SIGKILL');
      await ended;
      if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function withoutSettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !name.startsWith('PARLEY_') && name !== 'PORT'),
  );
}

function readyUrl(child: ChildProcess, readyWithinMs: number, errorOutput: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string): void => {
      child.kill('SIGKILL');
      reject(new Error(`the server ${reason}:\n${errorOutput()}`));
    };
    const timer = setTimeout(() => fail(`was not ready after ${readyWithinMs} ms`), readyWithinMs);
    child.once('close', () => {
      clearTimeout(timer);
      fail('ended before it was ready');
    });
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).on('line', (line) => {
      const url = readyLine.exec(line)?.[1];
      if (url === undefined) return;
      clearTimeout(timer);
      resolve(url);
    });
  });
}
