import { startServer, type TestServer } from '../../kit/server.js';
import { operatorName } from './parley-people.js';

/** No limit that a bench could meet, and passwords that cost little: what is measured is the rest. */
export const benchSettings: Readonly<Record<string, string>> = {
  PARLEY_LOG_LEVEL: 'warn',
  PARLEY_PASSWORD_COST: '10',
  PARLEY_ADMIN_USERS: operatorName,
  PARLEY_ACCESS_TTL: '86400',
  PARLEY_HEARTBEAT: '600000',
  PARLEY_PRESENCE_TTL: '600000',
  PARLEY_FRAMES_PER_SECOND: '10000000',
  PARLEY_ACCEPTS_PER_SECOND: '1000000',
  PARLEY_CONNECTIONS_PER_USER: '1000000',
  PARLEY_CONNECTIONS_PER_ADDRESS: '1000000',
  PARLEY_REQUESTS_PER_MINUTE_USER: '100000000',
  PARLEY_REQUESTS_PER_MINUTE_ADDRESS: '100000000',
  PARLEY_CREDENTIALS_PER_MINUTE: '100000000',
};

/** A whole Parley server in a process of its own, on this folder. @param nodeFlags such as `--cpu-prof` */
export const startParley = (dataDir: string, nodeFlags: readonly string[] = []): Promise<TestServer> =>
  startServer({ dataDir, environment: { ...benchSettings, NODE_OPTIONS: nodeFlags.join(' ') } });
