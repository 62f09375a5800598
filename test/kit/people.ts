import { randomUUID } from 'node:crypto';
import { accountRoutes } from '@parley/protocol';
import { ask } from './rest.js';

/** Somebody registered, on one device. */
export interface Person {
  readonly userId: string;
  readonly username: string;
  readonly deviceId: string;
  readonly token: string;
  readonly refreshToken: string;
}

export const password = 'correct horse battery staple';

/** Registers a person whose name begins with `name` and is new to the server. */
export async function register(serverUrl: string, name: string): Promise<Person> {
  const username = `${name}-${randomUUID().slice(0, 8)}`;
  const body = { username, password, displayName: name, deviceName: 'laptop' };
  const { userId, deviceId, accessToken, refreshToken } = await ask(serverUrl, accountRoutes.registerUser, { body });
  return { userId, username, deviceId, token: accessToken, refreshToken };
}
