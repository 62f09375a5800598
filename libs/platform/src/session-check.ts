import { type AccountStore, ReadModelUnavailable, type RevocationBus } from '@parley/ports';
import type { Clock } from './clock.js';
import { ParleyError } from './problem.js';
import type { Principal, TokenVerifier } from './tokens.js';

export interface SessionCheckOptions {
  readonly accounts: Pick<AccountStore, 'findSession'>;
  /** Tells of devices that were logged out, for when the accounts cannot be asked. */
  readonly revocations: Pick<RevocationBus, 'subscribe'>;
  readonly clock: Clock;
  /** Longest life of a token, in ms: whoever was logged out before that has none. */
  readonly tokenTtlMs: number;
}

/** Logged-out devices remembered; the one that was logged out first is forgotten first. */
const maxEnded = 100_000;

/**
 * A token of our own is good only while its device's session is: logging out ends it at once, not at its expiry.
 *
 * While the accounts are away people still send, and sockets still open: a token is then good unless this process has
 * heard that its device was logged out. Nobody can be logged out meanwhile, as that needs the accounts too.
 */
export function withSessionCheck(verifier: TokenVerifier, options: SessionCheckOptions): TokenVerifier {
  const { accounts, revocations, clock, tokenTtlMs } = options;
  const ended = new Map<string, number>();
  revocations.subscribe(({ userId, deviceIds }) => {
    const now = clock.now();
    for (const deviceId of deviceIds) {
      ended.delete(keyOf({ userId, deviceId }));
      ended.set(keyOf({ userId, deviceId }), now + tokenTtlMs);
    }
    for (const [key, until] of ended) {
      if (until > now && ended.size <= maxEnded) break;
      ended.delete(key);
    }
  });

  async function isOpen(principal: Principal): Promise<boolean> {
    const { userId, deviceId } = principal;
    try {
      // What was read may be from before a log-out that was heard of meanwhile: an id of a device is never used again.
      return (await accounts.findSession(userId, deviceId)) !== null && !ended.has(keyOf(principal));
    } catch (error) {
      if (!(error instanceof ReadModelUnavailable)) throw error;
      return !ended.has(keyOf(principal));
    }
  }

  return {
    async verify(token) {
      const principal = await verifier.verify(token);
      if (!principal.external && !(await isOpen(principal))) throw new ParleyError('session_revoked');
      return principal;
    },
  };
}

const keyOf = ({ userId, deviceId }: Pick<Principal, 'userId' | 'deviceId'>): string => `${userId} ${deviceId}`;
