import { isUtf8 } from 'node:buffer';
import { ParleyError } from '@parley/platform';
import { maxFramesPerMessage } from '@parley/protocol';

/**
 * The frames of one WebSocket message, not yet validated: one JSON value, or an array of them.
 * @throws ParleyError `malformed_json` for what can not be read at all, `invalid_request` for too many or none.
 */
export function readMessage(data: Buffer, isBinary: boolean): readonly unknown[] {
  if (isBinary) throw new ParleyError('malformed_json', { detail: 'only text messages are taken' });
  if (!isUtf8(data)) throw new ParleyError('malformed_json', { detail: 'the message is not valid UTF-8' });
  const value = parse(data.toString('utf8'));
  if (!Array.isArray(value)) return [value];
  if (value.length < 1 || value.length > maxFramesPerMessage) {
    throw new ParleyError('invalid_request', { detail: `an array holds 1 to ${maxFramesPerMessage} frames` });
  }
  return value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ParleyError('malformed_json', { detail: 'the message is not JSON' });
  }
}
