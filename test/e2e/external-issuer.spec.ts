import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { accountRoutes, queryRoutes } from '@parley/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { register } from '../kit/people.js';
import { ask, call } from '../kit/rest.js';
import { startServer, type TestServer } from '../kit/server.js';
import { TestSocket } from '../kit/socket.js';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token as an identity provider makes it (RFC 7515). */
function tokenOf(issuer: string, subject: string, username: string): string {
  const exp = Math.floor(Date.now() / 1_000) + 3_600;
  const head = part({ alg: 'ES256', kid: 'k1' });
  const signed = `${head}.${part({ iss: issuer, aud: 'parley', sub: subject, exp, preferred_username: username })}`;
  const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}

describe('people of an external issuer', () => {
  let provider: Server;
  let issuer = '';
  let server: TestServer;
  beforeAll(async () => {
    const keys = JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k1' }] });
    provider = createServer((request, response) => {
      const discovery = JSON.stringify({ issuer, jwks_uri: `${issuer}/keys` });
      response.setHeader('Content-Type', 'application/json').end(request.url === '/keys' ? keys : discovery);
    });
    await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
    issuer = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
    server = await startServer({ environment: { PARLEY_OIDC_ISSUER: issuer } });
  });
  afterAll(async () => {
    await server.dispose();
    provider.closeAllConnections();
    await new Promise((resolve) => provider.close(resolve));
  });

  it('are somebody from their first read on', async () => {
    const me = await ask(server.url, queryRoutes.getMe, { token: tokenOf(issuer, 's1', 'kim') });
    expect(me).toMatchObject({ username: 'kim', displayName: 'kim' });
  });

  it('keep their name: no account can have it after them', async () => {
    const token = tokenOf(issuer, 's3', 'Max');
    expect(await ask(server.url, queryRoutes.getMe, { token })).toMatchObject({ username: 'max', displayName: 'Max' });
    const body = { username: 'max', password: 'correct horse' };
    const { status } = await call(server.url, accountRoutes.registerUser, { body });
    expect(status).toBe(409);
  });

  it('are somebody from their first socket on, beside a local person of the same name', async () => {
    const local = await register(server.url, 'lou');
    const { username } = await ask(server.url, queryRoutes.getMe, { token: local.token });
    const token = tokenOf(issuer, 's2', username);
    const socket = await TestSocket.hello(server.socketUrl, token, { sync: true });
    await socket.until(() => socket.find('caught_up'));
    const me = await ask(server.url, queryRoutes.getMe, { token });
    expect(me.username).toMatch(new RegExp(`^${username}-[0-9a-f]{6}$`));
    expect(me.displayName).toBe(username);
    await socket.close();
  });
});
