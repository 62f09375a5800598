import type { Position } from '../semantics/all-reader.js';
import type { ResolvedEvent } from '../semantics/links.js';
import type { StoredEvent } from '../store/record.js';
import { bytes, int64, integer, message, text } from './protobuf.js';

/** `ReadResp` messages, encoded. Numbers are those of the fields in streams.proto. */

const TICKS_PER_MS = 10_000n;

export type UuidForm = 'string' | 'structured';

export function eventMessage(resolved: ResolvedEvent, uuids: UuidForm): Buffer {
  const original = resolved.link ?? resolved.event;
  return message(
    1,
    ...(resolved.event === null ? [] : [recordedEvent(1, resolved.event, uuids)]),
    ...(resolved.link === null ? [] : [recordedEvent(2, resolved.link, uuids)]),
    original === null ? message(4) : integer(3, original.position),
  );
}

export function confirmationMessage(subscriptionId: string): Buffer {
  return message(2, text(1, subscriptionId));
}

export function checkpointMessage(position: Position): Buffer {
  return message(3, integer(1, position.commit), integer(2, position.prepare));
}

export function streamNotFoundMessage(stream: string): Buffer {
  return message(4, message(1, text(3, stream)));
}

export function firstStreamPositionMessage(revision: number): Buffer {
  return integer(5, revision);
}

export function lastStreamPositionMessage(revision: number): Buffer {
  return integer(6, revision);
}

export function caughtUpMessage(): Buffer {
  return message(8);
}

function recordedEvent(field: number, event: StoredEvent, uuids: UuidForm): Buffer {
  const ticks = BigInt(Math.floor(event.created)) * TICKS_PER_MS;
  return message(
    field,
    uuid(event.id, uuids),
    message(2, text(3, event.stream)),
    integer(3, event.revision),
    integer(4, event.position),
    integer(5, event.position),
    entry('type', event.type),
    entry('created', ticks.toString()),
    entry('content-type', event.isJson ? 'application/json' : 'application/octet-stream'),
    bytes(7, event.metadata),
    bytes(8, event.data),
  );
}

function entry(key: string, value: string): Buffer {
  return message(6, text(1, key), text(2, value));
}

function uuid(id: string, form: UuidForm): Buffer {
  if (form === 'string') return message(1, text(2, id));
  const hex = id.replaceAll('-', '');
  const most = BigInt.asIntN(64, BigInt(`0x${hex.slice(0, 16)}`));
  const least = BigInt.asIntN(64, BigInt(`0x${hex.slice(16)}`));
  return message(1, message(1, int64(1, most), int64(2, least)));
}
