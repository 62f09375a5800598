import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const main = fileURLToPath(new URL('main.js', `file://${createRequire(import.meta.url).resolve('@parley/parley')}`));

export interface CommandOutput {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `parley …` as an operator would, on this data folder. */
export async function parley(dataDir: string, ...words: readonly string[]): Promise<CommandOutput> {
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PARLEY_')));
  try {
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', main, ...words],
      { env: { ...environment, PARLEY_DATA_DIR: dataDir } },
    );
    return { code: 0, out: stdout, err: stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, out: stdout, err: stderr };
  }
}

/** An operator's token with these scopes. */
export async function operatorToken(dataDir: string, scopes: readonly string[]): Promise<string> {
  const { out } = await parley(dataDir, 'token', 'create', '--scopes', scopes.join(','));
  return out.trim();
}
