import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { EngineSettings } from './cluster.js';

const main = fileURLToPath(new URL('main.js', `file://${createRequire(import.meta.url).resolve('@parley/parley')}`));
const run = promisify(execFile);
const withinMs = 120_000;

/** `parley migrate`, as an operator runs it; answers what it said. */
export async function migrate(settings: EngineSettings): Promise<string> {
  const { stdout } = await run(process.execPath, ['--disable-warning=ExperimentalWarning', main, 'migrate'], {
    env: { PATH: process.env['PATH'] ?? '', ...settings },
    timeout: withinMs,
  });
  return stdout.trim();
}
