import { checkFrame, decodeHeader, decodeRecord, FRAME_HEADER, recordLength } from './record.js';
import type { RecordHeader, StoredEvent } from './record.js';
import { LOG_START } from './storage.js';
import type { Storage } from './storage.js';

type Found = (header: RecordHeader, whole: () => StoredEvent) => void;

/**
 * Hands on every event of the log in order. A last frame that is cut short or damaged was never acknowledged (its sync
 * had not returned when the process died): it is cut off.
 */
export function replay(storage: Storage, found: Found): void {
  let offset = LOG_START;
  while (offset < storage.length) {
    const body = readFrame(storage, offset);
    if (body === null) {
      storage.truncate(offset);
      return;
    }
    const start = offset + FRAME_HEADER;
    for (let at = 0; at < body.length; at += recordLength(body, at)) {
      found(decodeHeader(body, at, start + at), () => decodeRecord(body, at, start + at));
    }
    offset = start + body.length;
  }
}

function readFrame(storage: Storage, offset: number): Buffer | null {
  if (offset + FRAME_HEADER > storage.length) return null;
  const header = storage.read(offset, FRAME_HEADER);
  const length = header.readUInt32LE(0);
  if (length === 0 || offset + FRAME_HEADER + length > storage.length) return null;
  const body = storage.read(offset + FRAME_HEADER, length);
  return checkFrame(header, body) ? body : null;
}
