import type { WatermarkAdvance, WatermarksAdvanced } from '@parley/events';
import type { Accepted } from '../decision.js';
import { limits } from '../limits.js';
import type { Refusal } from '../refusals.js';
import { type ReceiptsState, type Watermarks, watermarksOf } from './state.js';

/** What an advance is judged by: looked up in the conversation. */
export interface AdvanceContext {
  /** The conversation's last message. */
  readonly lastSequence: number;
  readonly isMember: (userId: string) => boolean;
}

export interface AdvanceWatermarks extends AdvanceContext {
  /** Of any members and devices, several of the same too. The caller has checked that each moves their own. */
  readonly advances: readonly WatermarkAdvance[];
}

/** Each advance stands alone: one that is refused does not hold up the others. */
export interface AdvanceDecision extends Accepted<WatermarksAdvanced> {
  readonly refused: readonly { readonly advance: WatermarkAdvance; readonly refusal: Refusal }[];
}

/** Null when the advance may be made. What was allowed once stays so while the person is a member. */
export function checkAdvance(context: AdvanceContext, advance: WatermarkAdvance): Refusal | null {
  if (!context.isMember(advance.userId)) return { code: 'conversation_not_found' };
  const actual = Math.max(advance.delivered ?? 0, advance.read ?? 0);
  const limit = context.lastSequence;
  return actual > limit ? { code: 'watermark_past_end', details: { limit, actual } } : null;
}

/**
 * One event with the watermarks that rise, each at its highest; no event when none does. Reading implies delivery.
 * (More than limits.advancesPerEvent devices at once make more than one event, as one append has a size.)
 */
export function advanceWatermarks(state: ReceiptsState, command: AdvanceWatermarks): AdvanceDecision {
  const refused: { advance: WatermarkAdvance; refusal: Refusal }[] = [];
  const highest = new Map<string, Map<string, Watermarks>>();
  for (const advance of command.advances) {
    const refusal = checkAdvance(command, advance);
    if (refusal === null) raise(highest, advance);
    else refused.push({ advance, refusal });
  }
  const rising: WatermarkAdvance[] = [];
  for (const [userId, devices] of highest) {
    for (const [deviceId, wanted] of devices) {
      const advance = rise(watermarksOf(state, userId, deviceId), wanted);
      if (advance !== null) rising.push({ userId, deviceId, ...advance });
    }
  }
  const events: WatermarksAdvanced[] = [];
  for (let i = 0; i < rising.length; i += limits.advancesPerEvent) {
    events.push({ type: 'WatermarksAdvanced.v1', data: { advances: rising.slice(i, i + limits.advancesPerEvent) } });
  }
  return { ok: true, events, refused };
}

function raise(highest: Map<string, Map<string, Watermarks>>, advance: WatermarkAdvance): void {
  const devices = highest.get(advance.userId) ?? new Map<string, Watermarks>();
  const before = devices.get(advance.deviceId);
  const read = Math.max(before?.read ?? 0, advance.read ?? 0);
  devices.set(advance.deviceId, { read, delivered: Math.max(before?.delivered ?? 0, advance.delivered ?? 0, read) });
  highest.set(advance.userId, devices);
}

/** Those of the wanted watermarks that are above the present ones; null when none is. */
function rise(now: Watermarks, wanted: Watermarks): Pick<WatermarkAdvance, 'delivered' | 'read'> | null {
  const delivered = wanted.delivered > now.delivered ? { delivered: wanted.delivered } : null;
  const read = wanted.read > now.read ? { read: wanted.read } : null;
  return delivered === null && read === null ? null : { ...delivered, ...read };
}
