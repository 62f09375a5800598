import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface ChildNodeOptions {
  readonly directory: string;
  /** Default 0: any free one. Give the port of the former one to start a node again. */
  readonly port?: number;
}

/** A compatible node in a process of its own, to be killed and frozen. */
export interface ChildNode {
  readonly connectionString: string;
  readonly port: number;
  /** Its process lives, frozen or not. */
  readonly alive: boolean;
  /** SIGTERM. */
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** SIGSTOP: the sockets stay, nobody answers. */
  freeze(): void;
  thaw(): void;
}

const READY = /^The compatible node is ready at (esdb:\/\/\S+)/;
const READY_WITHIN_MS = 60_000;

/** Built, because the child runs without vitest; the path is the same from source and from dist. */
const script = fileURLToPath(
  new URL(import.meta.url.includes('/dist/') ? 'main.js' : '../dist/eventstore-node/main.js', import.meta.url),
);

/** Starts a node without TLS and waits until it is ready. @throws Error with its output when it is not */
export async function spawnCompatibleNode(options: ChildNodeOptions): Promise<ChildNode> {
  const settings = ['--insecure', '--directory', options.directory, '--port', String(options.port ?? 0)];
  const child = spawn(process.execPath, [script, ...settings], { stdio: ['ignore', 'pipe', 'pipe'] });
  const killAtExit = (): void => void child.kill('SIGKILL');
  process.once('exit', killAtExit);
  const ended = once(child, 'exit').then(() => process.off('exit', killAtExit));
  const connectionString = await ready(child);
  const signal = async (name: NodeJS.Signals): Promise<void> => {
    child.kill('SIGCONT');
    child.kill(name);
    await ended;
  };
  return {
    connectionString,
    port: Number(new URL(connectionString).port),
    get alive() {
      return child.exitCode === null && child.signalCode === null;
    },
    stop: () => signal('SIGTERM'),
    kill: () => signal('SIGKILL'),
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
  };
}

function ready(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const fail = (reason: string): void => {
      child.kill('SIGKILL');
      reject(new Error(`the compatible node ${reason}:\n${output}`));
    };
    const timer = setTimeout(() => fail(`was not ready after ${String(READY_WITHIN_MS)} ms`), READY_WITHIN_MS);
    child.once('exit', () => {
      clearTimeout(timer);
      fail('ended before it was ready');
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (output += text));
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).on('line', (line) => {
      const url = READY.exec(line)?.[1];
      if (url === undefined) return;
      clearTimeout(timer);
      resolve(url);
    });
  });
}
