import { loadConfig, systemClock } from '@parley/platform';
import { findServer, loadSecret } from '../composition/data-folder.js';
import { createTokenIssuer } from '../composition/tokens.js';
import { ExpectedFailure } from './errors.js';

/** Asks the server as its operator. @throws ExpectedFailure for any answer but a good one */
export type Call = (method: 'GET' | 'POST', path: string) => Promise<Response>;

/** The server that runs on the data folder. @throws ExpectedFailure when there is none */
export async function callServer(settings: Readonly<Record<string, string>>): Promise<Call> {
  const config = loadConfig(process.env, settings);
  const server = await findServer(config.dataDir);
  if (server === null) {
    throw new ExpectedFailure(
      `No server runs on ${config.dataDir}. Start it (npm start), then repeat in another terminal.`,
    );
  }
  const issuer = createTokenIssuer(config, loadSecret(config), systemClock, 86_400_000);
  const { token } = await issuer.issue({
    userId: 'usr_operator',
    deviceId: 'dev_operator',
    username: 'operator',
    scopes: ['admin'],
    operator: true,
  });
  return async (method, path) => {
    const answer = await fetch(server.url + path, { method, headers: { Authorization: `Bearer ${token}` } });
    if (!answer.ok) throw new ExpectedFailure(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  };
}
