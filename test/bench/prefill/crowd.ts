import {
  type Account,
  operatorName,
  registerAll,
  registerOrLogIn,
  startConversation,
} from '../measure/parley-people.js';
import { untilProjected } from '../measure/parley-operation.js';
import type { ServerSource } from './server-source.js';

const people = 2_500;
const groupSize = 10;

export interface Crowd {
  readonly dataDir: string;
  /** Each in a group of ten, so that there is something to tell when they connect. */
  readonly accounts: readonly Account[];
}

/** Registers people on a server of their own and puts them into groups; the server is stopped then. */
export async function gatherCrowd(servers: ServerSource, say: (text: string) => void): Promise<Crowd> {
  say(`registering ${people} people`);
  const dataDir = servers.newFolder();
  const server = await servers.parleyOn(dataDir);
  const names = Array.from({ length: people }, (_, n) => `crowd-${n}`);
  const accounts = await registerAll(server.url, names);
  for (let first = 0; first < people; first += groupSize) {
    const [owner, ...others] = accounts.slice(first, first + groupSize) as [Account, ...Account[]];
    const memberIds = others.map(({ userId }) => userId);
    await startConversation(server.url, owner, { kind: 'group', title: `group ${first}`, memberIds });
  }
  await untilProjected(server.url, await registerOrLogIn(server.url, operatorName), { limitSeconds: 60 });
  await server.stop();
  return { dataDir, accounts };
}
