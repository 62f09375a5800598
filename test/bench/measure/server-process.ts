import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface ServerProcess {
  readonly pid: number;
  /** The ready line: the first line of standard output that is a JSON object. */
  readonly ready: Readonly<Record<string, unknown>>;
  /** SIGTERM, and SIGKILL after 10 s; resolves when the process has ended. */
  stop(): Promise<void>;
}

/** Starts a Node program and waits for its ready line; throws when it ends without one. Its errors are shown. */
export async function startServer(entry: URL, args: readonly string[]): Promise<ServerProcess> {
  const child = spawn(process.execPath, [fileURLToPath(entry), ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const ready = await new Promise<Record<string, unknown>>((resolve, reject) => {
    lines.on('line', (line) => {
      if (line.startsWith('{')) resolve(JSON.parse(line) as Record<string, unknown>);
    });
    lines.once('close', () => reject(new Error(`${entry.href} ended before it was ready`)));
  });
  return {
    pid: child.pid ?? 0,
    ready,
    async stop() {
      child.kill('SIGTERM');
      const killer = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await ended;
      clearTimeout(killer);
    },
  };
}
