import type { AccountStore } from '@parley/ports';
import { ParleyError } from './problem.js';
import type { TokenVerifier } from './tokens.js';

/** A token of our own is good only while its device's session is: logging out ends it at once, not at its expiry. */
export function withSessionCheck(verifier: TokenVerifier, accounts: Pick<AccountStore, 'findSession'>): TokenVerifier {
  return {
    async verify(token) {
      const principal = await verifier.verify(token);
      if (!principal.external && (await accounts.findSession(principal.userId, principal.deviceId)) === null) {
        throw new ParleyError('session_revoked');
      }
      return principal;
    },
  };
}
