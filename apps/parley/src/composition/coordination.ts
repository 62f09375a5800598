import { createDeviceRegistry, createPresenceStore, createRevocationBus, createSignalBus } from '@parley/embedded';
import { type Clock, createRateLimiter } from '@parley/platform';
import type { DeviceRegistry, NodeDirectory, PresenceStore, RevocationBus, SignalBus } from '@parley/ports';
import type { RedisConnection } from '@parley/redis';
import type { Engines } from './engines.js';

/** What processes tell each other, or one process itself. */
export interface Coordination {
  readonly presence: PresenceStore;
  readonly signals: SignalBus;
  readonly revocations: RevocationBus;
  readonly devices: DeviceRegistry;
  readonly directory: NodeDirectory | null;
  readonly rateLimiter: Engines['rateLimiter'];
  /** null: this is the only process. */
  readonly redis: RedisConnection | null;
  close(): Promise<void>;
}

export function coordinateHere(clock: Clock): Coordination {
  const presence = createPresenceStore({ clock });
  return {
    presence,
    signals: createSignalBus(),
    revocations: createRevocationBus(),
    devices: createDeviceRegistry(),
    directory: null,
    rateLimiter: (_name, options) => createRateLimiter(options),
    redis: null,
    async close() {
      presence.close();
    },
  };
}
