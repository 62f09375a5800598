import { crc32 } from 'node:zlib';

/** The revision of a tombstone: above every other. On the wire it is 2^63 - 1. */
export const DELETED_REVISION = Number.POSITIVE_INFINITY;

/** An event as it was proposed. */
export interface ProposedEvent {
  /** Canonical UUID, lower case. */
  readonly id: string;
  readonly type: string;
  readonly isJson: boolean;
  readonly data: Buffer;
  readonly metadata: Buffer;
}

/** What the index keeps of an event. */
export interface RecordHeader {
  readonly stream: string;
  readonly revision: number;
  readonly type: string;
  /** Time of acceptance, ms since 1970 UTC; never falls from one event to the next. */
  readonly created: number;
  /** Byte offset of its record in the log: commit and prepare position alike. */
  readonly position: number;
  /** Byte offset just behind its record. */
  readonly end: number;
}

/** An event as it stands in the log. */
export interface StoredEvent extends ProposedEvent, RecordHeader {}

export const FRAME_HEADER = 8;
const RECORD_HEADER = 53;
const JSON_FLAG = 1;
const TOMBSTONE_FLAG = 2;

type Unplaced = Omit<StoredEvent, 'position' | 'end'>;

/**
 * A transaction: u32 length of the body, u32 CRC-32 of it, then its records. It is there whole or not at all: a frame
 * that is cut short or does not match its checksum ends the log.
 */
export function encodeFrame(events: readonly Unplaced[]): {
  readonly frame: Buffer;
  readonly lengths: readonly number[];
} {
  const records = events.map(encodeRecord);
  const body = Buffer.concat(records);
  const header = Buffer.allocUnsafe(FRAME_HEADER);
  header.writeUInt32LE(body.length, 0);
  header.writeUInt32LE(crc32(body), 4);
  return { frame: Buffer.concat([header, body]), lengths: records.map((record) => record.length) };
}

/** Length of the frame's body, or null when its checksum does not match. */
export function checkFrame(header: Buffer, body: Buffer): boolean {
  return crc32(body) === header.readUInt32LE(4);
}

export function recordLength(buffer: Buffer, offset: number): number {
  return buffer.readUInt32LE(offset);
}

function encodeRecord(event: Unplaced): Buffer {
  const stream = Buffer.from(event.stream);
  const type = Buffer.from(event.type);
  const length = RECORD_HEADER + stream.length + type.length + event.metadata.length + event.data.length;
  const record = Buffer.allocUnsafe(length);
  const deleted = event.revision === DELETED_REVISION;
  record.writeUInt32LE(length, 0);
  record.writeUInt8((event.isJson ? JSON_FLAG : 0) | (deleted ? TOMBSTONE_FLAG : 0), 4);
  record.write(event.id.replaceAll('-', ''), 5, 'hex');
  record.writeDoubleLE(event.created, 21);
  record.writeDoubleLE(deleted ? 0 : event.revision, 29);
  record.writeUInt32LE(stream.length, 37);
  record.writeUInt32LE(type.length, 41);
  record.writeUInt32LE(event.metadata.length, 45);
  record.writeUInt32LE(event.data.length, 49);
  let offset = RECORD_HEADER;
  for (const part of [stream, type, event.metadata, event.data]) {
    record.set(part, offset);
    offset += part.length;
  }
  return record;
}

/** @param position where the record stands in the log @param offset where it begins in `buffer` */
export function decodeHeader(buffer: Buffer, offset: number, position: number): RecordHeader {
  const streamStart = offset + RECORD_HEADER;
  const typeStart = streamStart + buffer.readUInt32LE(offset + 37);
  const typeEnd = typeStart + buffer.readUInt32LE(offset + 41);
  const deleted = (buffer.readUInt8(offset + 4) & TOMBSTONE_FLAG) !== 0;
  return {
    stream: buffer.toString('utf8', streamStart, typeStart),
    type: buffer.toString('utf8', typeStart, typeEnd),
    revision: deleted ? DELETED_REVISION : buffer.readDoubleLE(offset + 29),
    created: buffer.readDoubleLE(offset + 21),
    position,
    end: position + recordLength(buffer, offset),
  };
}

/** The whole event, as `decodeHeader`. Its bytes are those of `buffer`. */
export function decodeRecord(buffer: Buffer, offset: number, position: number): StoredEvent {
  const dataEnd = offset + recordLength(buffer, offset);
  const dataStart = dataEnd - buffer.readUInt32LE(offset + 49);
  const metadataStart = dataStart - buffer.readUInt32LE(offset + 45);
  return {
    ...decodeHeader(buffer, offset, position),
    id: decodeId(buffer, offset),
    isJson: (buffer.readUInt8(offset + 4) & JSON_FLAG) !== 0,
    metadata: buffer.subarray(metadataStart, dataStart),
    data: buffer.subarray(dataStart, dataEnd),
  };
}

/** The id alone, for checks of idempotency. */
export function decodeId(buffer: Buffer, offset: number): string {
  const hex = buffer.toString('hex', offset + 5, offset + 21);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
