import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** `PARLEY_…` by their full names. */
export type Settings = Readonly<Record<string, string>>;

export interface ProcessOptions {
  /** Everything it is told: settings of this process are not handed on. */
  readonly settings: Settings;
  /** Default: 20 s. */
  readonly readyWithinMs?: number;
}

/** `parley serve` in a process of its own. */
export interface ServerProcess {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  readonly pid: number;
  /** Everything written to standard error so far. */
  errorOutput(): string;
  /** SIGTERM, and SIGKILL after 15 s. Answers the exit code; null when it had to be killed. */
  stop(): Promise<number | null>;
  /** SIGKILL: as if the power went. */
  kill(): Promise<void>;
}

const main = fileURLToPath(new URL('main.js', `file://${createRequire(import.meta.url).resolve('@parley/parley')}`));
/** Experimental: the engine below the embedded stores. Negative: a timer in the client of Kafka. */
const quiet = ['--disable-warning=ExperimentalWarning', '--disable-warning=TimeoutNegativeWarning'];
/** How `parley` is called. */
export const parleyCommand = [...quiet, main] as const;

const readyLine = /^Parley is ready at (\S+)/;
const defaultReadyWithinMs = 20_000;
const stopWithinMs = 15_000;

/** The environment of this process without settings, and these. */
export const environmentOf = (settings: Settings): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PARLEY_') && name !== 'PORT')),
  ...settings,
});

/** Starts it and waits until it is ready. @throws Error with its error output when it ends before */
export async function startProcess({ settings, readyWithinMs }: ProcessOptions): Promise<ServerProcess> {
  const child = spawn(process.execPath, [...parleyCommand, 'serve'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environmentOf(settings),
  });
  const killAtExit = (): void => void child.kill('SIGKILL');
  process.once('exit', killAtExit);
  const ended = once(child, 'exit').then(() => process.off('exit', killAtExit));
  let errorOutput = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errorOutput += text;
  });
  const url = await readyUrl(child, readyWithinMs ?? defaultReadyWithinMs, () => errorOutput);
  return {
    url,
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
  };
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

/** What a process at this url answers to `/metrics`. */
export async function metricsOf(url: string): Promise<string> {
  return (await fetch(`${url}/metrics`)).text();
}
