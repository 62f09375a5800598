import type { ServerFrame, ServerFrameOf } from '@parley/protocol';
import { ParleyClientError } from '../errors.js';

/**
 * The frames of one WebSocket message, or null when it is none. The server is trusted to follow the protocol: fields
 * are not validated again. Frames of a type that is not known yet are for newer clients and are left out.
 */
export function framesOf(data: unknown): readonly ServerFrame[] | null {
  if (typeof data !== 'string') return null;
  let parsed: unknown;
  try {
    parsed = JSON.parse(data);
  } catch {
    return null;
  }
  const frames: unknown[] = Array.isArray(parsed) ? parsed : [parsed];
  return frames.every(isFrame) ? frames : null;
}

const isFrame = (value: unknown): value is ServerFrame =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

export const refusalOf = (frame: ServerFrameOf<'error'>): ParleyClientError =>
  new ParleyClientError(frame.code as ParleyClientError['code'], frame.message, {
    retryable: frame.retryable,
    retryAfterMs: frame.retryAfterMs,
    errors: frame.errors,
    traceId: frame.traceId,
  });
