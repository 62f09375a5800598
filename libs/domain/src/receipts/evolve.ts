import type { ReceiptEvent } from '@parley/events';
import { unreachable } from '../unreachable.js';
import { type ReceiptsState, type Watermarks, watermarksOf } from './state.js';

/** The state after the event. */
export function evolveReceipts(state: ReceiptsState, event: ReceiptEvent): ReceiptsState {
  switch (event.type) {
    case 'WatermarksAdvanced.v1': {
      const changed = new Map<string, Map<string, Watermarks>>();
      for (const { userId, deviceId, delivered, read } of event.data.advances) {
        const devices = changed.get(userId) ?? new Map(state.get(userId));
        const before = devices.get(deviceId) ?? watermarksOf(state, userId, deviceId);
        devices.set(deviceId, { delivered: delivered ?? before.delivered, read: read ?? before.read });
        changed.set(userId, devices);
      }
      return state.setAll([...changed]);
    }
    default:
      return unreachable(event.type);
  }
}
