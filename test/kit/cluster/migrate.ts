import { parley } from '../operator.js';
import type { Settings } from '../server-process.js';

/** `parley migrate`, as an operator runs it; answers what it said. @throws Error with what it complained of */
export async function migrate(settings: Settings): Promise<string> {
  const { code, out, err } = await parley(settings, 'migrate');
  if (code !== 0) throw new Error(`parley migrate ended with ${code}: ${err}`);
  return out.trim();
}
