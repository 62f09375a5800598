import type { Clock } from './clock.js';
import type { Principal, TokenVerifier } from './tokens.js';

interface Verified {
  readonly principal: Principal;
  /** ms since 1970 UTC. */
  readonly until: number;
}

export interface VerifiedTokensOptions {
  readonly clock: Clock;
  /** Tokens remembered; the one that was verified longest ago goes first. */
  readonly capacity: number;
  /** How long at most, in ms; never longer than the token is good. */
  readonly forMs: number;
}

/**
 * Checks a token's signature once, not with every request: what was signed stays signed. Whether its device was logged
 * out since is another question, to be asked each time (see session-check.ts). Refusals are not remembered.
 */
export function rememberVerified(verifier: TokenVerifier, options: VerifiedTokensOptions): TokenVerifier {
  const { clock, capacity, forMs } = options;
  const known = new Map<string, Verified>();
  return {
    async verify(token) {
      const now = clock.now();
      const verified = known.get(token);
      if (verified !== undefined && now < verified.until) return verified.principal;
      known.delete(token);
      const principal = await verifier.verify(token);
      known.set(token, { principal, until: Math.min(principal.expiresAt, now + forMs) });
      if (known.size > capacity) forgetOldest(known);
      return principal;
    },
  };
}

function forgetOldest(known: Map<string, unknown>): void {
  for (const oldest of known.keys()) {
    known.delete(oldest);
    return;
  }
}
