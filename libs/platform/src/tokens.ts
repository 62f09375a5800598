import { createHash } from 'node:crypto';
import {
  createRemoteJWKSet,
  errors as joseErrors,
  type JWTPayload,
  jwtVerify,
  type JWTVerifyGetKey,
  SignJWT,
} from 'jose';
import type { Clock } from './clock.js';
import { derivedDeviceId, userIdOfSubject } from './ids.js';
import { ParleyError } from './problem.js';

/** Who a token speaks for. */
export interface Principal {
  readonly userId: string;
  readonly deviceId: string;
  readonly scopes: readonly string[];
  /** Milliseconds since 1970 UTC. */
  readonly expiresAt: number;
  /** As the issuer says; for first-time registration of people of an external issuer. */
  readonly username?: string;
  /** Not tied to a device session of this server: from an external issuer, or made by an operator. */
  readonly external: boolean;
}

export interface AccessClaims {
  readonly userId: string;
  readonly deviceId: string;
  readonly username: string;
  readonly scopes: readonly string[];
  /** Made by an operator: good until it expires, without a device session. */
  readonly operator?: true;
}

export interface IssuedToken {
  readonly token: string;
  readonly expiresAt: number;
}

export interface TokenIssuer {
  issue(claims: AccessClaims): Promise<IssuedToken>;
}

export interface TokenVerifier {
  /** @throws ParleyError `unauthenticated`, `token_expired` or (a device logged out since) `session_revoked` */
  verify(token: string): Promise<Principal>;
}

export interface LocalTokenOptions {
  readonly issuer: string;
  readonly audience: string;
  /** Base key; the signing key is derived from it. */
  readonly secret: Uint8Array;
  readonly ttlMs: number;
  readonly clock: Clock;
}

const algorithm = 'HS256';

/** Access tokens of our own: RFC 9068 `at+jwt`, HMAC-SHA-256, short-lived. */
export function createLocalTokens(options: LocalTokenOptions): TokenIssuer & TokenVerifier {
  const bytes = createHash('sha256').update('parley access token').update(options.secret).digest();
  // As bytes it would be imported again for each token.
  const importing = crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify']);
  return {
    async issue(claims) {
      const key = await importing;
      const now = options.clock.now();
      const expiresAt = now + options.ttlMs;
      const token = await new SignJWT({
        client_id: claims.deviceId,
        preferred_username: claims.username,
        ...(claims.scopes.length === 0 ? {} : { scope: claims.scopes.join(' ') }),
        ...(claims.operator === true ? { operator: true } : {}),
      })
        .setProtectedHeader({ alg: algorithm, typ: 'at+jwt' })
        .setIssuer(options.issuer)
        .setAudience(options.audience)
        .setSubject(claims.userId)
        .setJti(crypto.randomUUID())
        .setIssuedAt(Math.floor(now / 1000))
        .setExpirationTime(Math.ceil(expiresAt / 1000))
        .sign(key);
      return { token, expiresAt: Math.ceil(expiresAt / 1000) * 1000 };
    },
    verify: (token) =>
      verified(async () => {
        const { payload } = await jwtVerify(token, await importing, {
          algorithms: [algorithm],
          issuer: options.issuer,
          audience: options.audience,
          typ: 'at+jwt',
          currentDate: new Date(options.clock.now()),
          requiredClaims: ['sub', 'client_id', 'exp'],
        });
        return principal(payload, {
          userId: String(payload.sub),
          deviceId: String(payload['client_id']),
          external: payload['operator'] === true,
        });
      }),
  };
}

export interface OidcOptions {
  readonly issuer: string;
  readonly audience: string;
  /** Default: from the issuer's discovery document (OpenID Connect Discovery 1.0). */
  readonly jwksUri?: string;
  readonly clock: Clock;
}

/** Tokens of an external OpenID Connect issuer, checked with its published keys (cached, fetched again on a new `kid`). */
export function createOidcVerifier(options: OidcOptions): TokenVerifier {
  let keys: JWTVerifyGetKey | null = null;
  const keySet = async (): Promise<JWTVerifyGetKey> => {
    keys ??= createRemoteJWKSet(new URL(options.jwksUri ?? (await discoverJwks(options.issuer))));
    return keys;
  };
  return {
    verify: (token) =>
      verified(async () => {
        const { payload } = await jwtVerify(token, await keySet(), {
          algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'],
          issuer: options.issuer,
          audience: options.audience,
          currentDate: new Date(options.clock.now()),
          requiredClaims: ['sub', 'exp'],
        });
        const userId = userIdOfSubject(options.issuer, String(payload.sub));
        const client =
          [payload['sid'], payload['client_id'], payload['azp']].find((claim) => typeof claim === 'string') ?? '';
        return principal(payload, { userId, deviceId: derivedDeviceId(userId, client), external: true });
      }),
  };
}

function principal(
  payload: JWTPayload,
  who: { readonly userId: string; readonly deviceId: string; readonly external: boolean },
): Principal {
  const username = payload['preferred_username'];
  const scope = payload['scope'];
  return {
    ...who,
    scopes: typeof scope === 'string' && scope !== '' ? scope.split(' ') : [],
    expiresAt: Number(payload.exp) * 1000,
    ...(typeof username === 'string' ? { username } : {}),
  };
}

async function discoverJwks(issuer: string): Promise<string> {
  const answer = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, {
    signal: AbortSignal.timeout(5_000),
  });
  const document = (await answer.json()) as { jwks_uri?: unknown; issuer?: unknown };
  if (typeof document.jwks_uri !== 'string' || document.issuer !== issuer) {
    throw new TypeError(`the discovery document of ${issuer} names another issuer or no jwks_uri`);
  }
  return document.jwks_uri;
}

async function verified(check: () => Promise<Principal>): Promise<Principal> {
  try {
    return await check();
  } catch (error) {
    if (error instanceof joseErrors.JWTExpired) throw new ParleyError('token_expired');
    if (error instanceof joseErrors.JOSEError && !isIssuerAway(error)) throw new ParleyError('unauthenticated');
    throw new ParleyError('feature_unavailable', {
      detail: 'the identity provider cannot be reached',
      retryAfterMs: 5_000,
    });
  }
}

/** The keys did not come, or something else came: jose has no name for an answer that is not 200 or not JSON. */
const isIssuerAway = ({ code }: joseErrors.JOSEError): boolean =>
  code === joseErrors.JWKSTimeout.code || code === joseErrors.JWKSInvalid.code || code === joseErrors.JOSEError.code;
