import type { Clock, Principal } from '@parley/platform';
import type { RevocationBus } from '@parley/ports';

export interface TokenEnd {
  readonly signal: AbortSignal;
  /** To be called when the answer is given. */
  readonly release: () => void;
}

/** The longest that a timer can be set to, in ms. */
const longestTimer = 2 ** 31 - 1;

/** Aborts when the token runs out or its device is logged out: what goes on for ever ends with it. */
export function tokenEnd(
  { userId, deviceId, expiresAt }: Pick<Principal, 'userId' | 'deviceId' | 'expiresAt'>,
  revocations: Pick<RevocationBus, 'subscribe'>,
  clock: Clock,
): TokenEnd {
  const controller = new AbortController();
  let timer: NodeJS.Timeout;
  const watch = (): void => {
    const left = expiresAt - clock.now();
    if (left <= 0) controller.abort();
    else timer = setTimeout(watch, Math.min(left, longestTimer));
  };
  watch();
  const unsubscribe = revocations.subscribe((revoked) => {
    if (revoked.userId === userId && revoked.deviceIds.includes(deviceId)) controller.abort();
  });
  return {
    signal: controller.signal,
    release: () => {
      clearTimeout(timer);
      unsubscribe();
    },
  };
}
