import type { AccountStore } from '@parley/ports';
import {
  type Clock,
  createLocalTokens,
  createOidcVerifier,
  type ParleyConfig,
  ParleyError,
  type TokenIssuer,
  type TokenVerifier,
  withSessionCheck,
} from '@parley/platform';
import { decodeJwt } from 'jose';

const localIssuer = 'parley';
const localAudience = 'parley';

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

/** Our own tokens, and those of the configured external issuer. Which one a token claims to be from decides who checks it. */
export function createTokenVerifier(
  config: ParleyConfig,
  local: TokenVerifier,
  accounts: AccountStore,
  clock: Clock,
): TokenVerifier {
  const own = withSessionCheck(local, accounts);
  if (config.oidcIssuer === '') return own;
  const external = createOidcVerifier({
    issuer: config.oidcIssuer,
    audience: config.oidcAudience,
    ...(config.oidcJwksUri === '' ? {} : { jwksUri: config.oidcJwksUri }),
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
