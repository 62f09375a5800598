import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from './clock.js';
import { createOidcVerifier, type TokenVerifier } from './tokens.js';

const issuer = 'https://id.example';
const audience = 'chat';
const { privateKey, publicKey } = await generateKeyPair('ES256');
const token = await new SignJWT({})
  .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
  .setIssuer(issuer)
  .setAudience(audience)
  .setSubject('ann')
  .setExpirationTime('1h')
  .sign(privateKey);
const keys = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k1' }] });

describe('tokens of an external issuer', () => {
  let server: Server | undefined;
  afterEach(() => new Promise((resolve) => server?.close(resolve)));
  const verifierWith = async (answer: RequestListener): Promise<TokenVerifier> => {
    server = createServer(answer);
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    return createOidcVerifier({ issuer, audience, jwksUri: `http://127.0.0.1:${port}/jwks`, clock: systemClock });
  };

  it('are good by its published keys', async () => {
    const verifier = await verifierWith((_request, response) => response.end(keys));
    expect(await verifier.verify(token)).toMatchObject({ external: true });
  });

  it('are refused when its keys tell otherwise', async () => {
    const verifier = await verifierWith((_request, response) => response.end(keys));
    await expect(verifier.verify(`${token.slice(0, -8)}AAAAAAAA`)).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it.each<[string, RequestListener]>([
    ['503', (_request, response) => response.writeHead(503).end()],
    ['a page', (_request, response) => response.end('<h1>Back soon</h1>')],
    ['JSON that is no key set', (_request, response) => response.end('{"error":"maintenance"}')],
    ['nothing', (request) => request.socket.destroy()],
  ])('are not judged while it answers %s instead of keys', async (_what, answer) => {
    const verifier = await verifierWith(answer);
    await expect(verifier.verify(token)).rejects.toMatchObject({ code: 'feature_unavailable', retryAfterMs: 5_000 });
  });
});
