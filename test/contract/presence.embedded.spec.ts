import { createPresenceStore, createRevocationBus, createSignalBus } from '@parley/embedded';
import { systemClock } from '@parley/platform';
import { vi } from 'vitest';
import { presenceBusContract, presenceContract } from './presence.contract.js';

presenceContract('in process', async () => {
  vi.useFakeTimers();
  const presence = createPresenceStore({ clock: systemClock });
  return {
    presence,
    now: () => Date.now(),
    pass: async (ms) => void (await vi.advanceTimersByTimeAsync(ms)),
    close: async () => {
      presence.close();
      vi.useRealTimers();
    },
  };
});

presenceBusContract('in process', async () => ({
  signals: createSignalBus(),
  revocations: createRevocationBus(),
  settle: () => Promise.resolve(),
  close: () => Promise.resolve(),
}));
