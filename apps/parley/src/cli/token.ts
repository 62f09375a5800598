import { loadConfig, systemClock } from '@parley/platform';
import { loadSecret, prepareDataFolder } from '../composition/data-folder.js';
import { createTokenIssuer } from '../composition/tokens.js';
import { parseArguments } from './arguments.js';
import { UsageError } from './errors.js';

const knownScopes = ['events:read', 'content:read', 'admin'];

/** Makes an operator's token with the key of the data folder: who can read the folder may do this. */
export async function token(argv: readonly string[]): Promise<number> {
  const { words, flags } = parseArguments(argv);
  const { scopes: wanted = '', days = '30', ...settings } = flags;
  const scopes = wanted.split(',').filter((scope) => scope !== '');
  const unknown = scopes.filter((scope) => !knownScopes.includes(scope));
  const lifeDays = Number(days);
  if (words[0] !== 'create' || words.length > 1 || scopes.length === 0 || unknown.length > 0 || !(lifeDays > 0)) {
    throw new UsageError(`Usage: parley token create --scopes ${knownScopes.join(',')} [--days 30]`);
  }
  const config = loadConfig(process.env, settings);
  prepareDataFolder(config.dataDir);
  const issuer = createTokenIssuer(config, loadSecret(config), systemClock, lifeDays * 86_400_000);
  const issued = await issuer.issue({
    userId: 'usr_operator',
    deviceId: 'dev_operator',
    username: 'operator',
    scopes,
    operator: true,
  });
  console.log(issued.token);
  return 0;
}
