import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { environmentOf, parleyCommand, type Settings } from './server-process.js';

export interface CommandOutput {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `parley …` as an operator would, with these settings. */
export async function parley(settings: Settings, ...words: readonly string[]): Promise<CommandOutput> {
  try {
    const options = { env: environmentOf(settings) };
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [...parleyCommand, ...words], options);
    return { code: 0, out: stdout, err: stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, out: stdout, err: stderr };
  }
}

/** An operator's token with these scopes. */
export async function operatorToken(settings: Settings, scopes: readonly string[]): Promise<string> {
  const { out } = await parley(settings, 'token', 'create', '--scopes', scopes.join(','));
  return out.trim();
}
