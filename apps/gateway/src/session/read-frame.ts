import { fieldErrors, ParleyError } from '@parley/platform';
import { type ClientFrame, clientFrames } from '@parley/protocol';
import { isPlainSend } from './send-check.js';

/** A frame that cannot be taken, with the number that its answer carries when there was one. */
export class FrameRefused extends Error {
  override readonly name = 'FrameRefused';
  constructor(
    readonly reason: ParleyError,
    readonly ref: number | undefined,
  ) {
    super(reason.message);
  }
}

/** @throws FrameRefused for what is no frame of the protocol */
export function readFrame(value: unknown): ClientFrame {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new FrameRefused(new ParleyError('invalid_request', { detail: 'a frame is a JSON object' }), undefined);
  }
  const frame = value as Readonly<Record<string, unknown>>;
  if (isPlainSend(frame)) return frame;
  const { type } = frame;
  if (typeof type !== 'string' || !Object.hasOwn(clientFrames, type)) {
    throw new FrameRefused(new ParleyError('unknown_frame'), refOf(frame));
  }
  const parsed = clientFrames[type as ClientFrame['type']].safeParse(frame);
  if (parsed.success) return parsed.data;
  throw new FrameRefused(new ParleyError('invalid_request', { errors: fieldErrors(parsed.error) }), refOf(frame));
}

function refOf({ ref }: Readonly<Record<string, unknown>>): number | undefined {
  return typeof ref === 'number' && Number.isSafeInteger(ref) && ref >= 0 ? ref : undefined;
}
