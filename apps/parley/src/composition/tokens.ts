import type { CommandClient } from '@parley/ports';
import {
  type Clock,
  createLocalTokens,
  createOidcVerifier,
  type ParleyConfig,
  ParleyError,
  rememberVerified,
  type TokenIssuer,
  type TokenVerifier,
  withSessionCheck,
} from '@parley/platform';
import { decodeJwt } from 'jose';
import type { Engines } from './engines.js';
import { registeringExternalPeople } from './external-people.js';

const localIssuer = 'parley';
const localAudience = 'parley';

/** Tokens whose signature need not be checked again. About 1 KiB each. */
const tokensRemembered = 20_000;
/** Those of an external issuer are checked again after this, in ms: its keys may have been withdrawn. */
const externalRememberedMs = 60_000;

export function createTokenIssuer(
  config: ParleyConfig,
  secret: Uint8Array,
  clock: Clock,
  ttlMs?: number,
): TokenIssuer & TokenVerifier {
  return createLocalTokens({
    issuer: localIssuer,
    audience: localAudience,
    secret,
    ttlMs: ttlMs ?? config.accessTtl * 1000,
    clock,
  });
}

/**
 * Our own tokens, and those of the configured external issuer, whose people are registered when they first come. Which
 * one a token claims to be from decides who checks it.
 */
export function createTokenVerifier(
  config: ParleyConfig,
  local: TokenVerifier,
  engines: Pick<Engines, 'accounts' | 'readModels' | 'revocations'>,
  commands: CommandClient,
  clock: Clock,
): TokenVerifier {
  const { accounts, revocations } = engines;
  const remembered = (verifier: TokenVerifier, forMs: number): TokenVerifier =>
    rememberVerified(verifier, { clock, capacity: tokensRemembered, forMs });
  const tokenTtlMs = config.accessTtl * 1000;
  const own = withSessionCheck(remembered(local, Infinity), { accounts, revocations, clock, tokenTtlMs });
  if (config.oidcIssuer === '') return own;
  const verifier = createOidcVerifier({
    issuer: config.oidcIssuer,
    audience: config.oidcAudience,
    ...(config.oidcJwksUri === '' ? {} : { jwksUri: config.oidcJwksUri }),
    clock,
  });
  const { people, positions } = engines.readModels;
  const external = registeringExternalPeople(remembered(verifier, externalRememberedMs), {
    commands,
    people,
    positions,
    accounts,
    clock,
  });
  return {
    verify: (token) => (claimedIssuer(token) === config.oidcIssuer ? external : own).verify(token),
  };
}

function claimedIssuer(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    throw new ParleyError('unauthenticated');
  }
}

/** Between processes of one deployment: short-lived, good for nothing that a client can reach. */
const internalAudience = 'parley-internal';
const internalTtlMs = 60_000;
const internalSubject = 'node';

export interface InternalTokens {
  make(): Promise<string>;
  admits(token: string): Promise<boolean>;
}

export function createInternalTokens(secret: Uint8Array, clock: Clock): InternalTokens {
  const tokens = createLocalTokens({
    issuer: localIssuer,
    audience: internalAudience,
    secret,
    ttlMs: internalTtlMs,
    clock,
  });
  return {
    async make() {
      const claims = { userId: internalSubject, deviceId: internalSubject, username: internalSubject, scopes: [] };
      return (await tokens.issue(claims)).token;
    },
    admits: (token) =>
      tokens.verify(token).then(
        () => true,
        () => false,
      ),
  };
}
