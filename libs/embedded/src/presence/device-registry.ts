import type { DeviceRegistry } from '@parley/ports';

/** One gateway, which knows its own sessions: there is no other to tell. */
export const createDeviceRegistry = (): DeviceRegistry => ({
  claim: () => Promise.resolve(),
  renew: () => Promise.resolve(),
  release: () => Promise.resolve(),
  onReplaced: () => () => undefined,
});
