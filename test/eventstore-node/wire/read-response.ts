import type { Position } from '../semantics/all-reader.js';
import type { ResolvedEvent } from '../semantics/links.js';
import type { StoredEvent } from '../store/record.js';
import { Message } from './protobuf.js';

/** `ReadResp` messages, encoded. Numbers are those of the fields in streams.proto. */

export type UuidForm = 'string' | 'structured';

const JSON_CONTENT = 'application/json';
const OTHER_CONTENT = 'application/octet-stream';

export function eventMessage({ event, link }: ResolvedEvent, uuids: UuidForm): Buffer {
  const original = link ?? event;
  return new Message()
    .message(1, (read) => {
      if (event !== null) read.message(1, (recorded) => writeEvent(recorded, event, uuids));
      if (link !== null) read.message(2, (recorded) => writeEvent(recorded, link, uuids));
      if (original === null) read.message(4);
      else read.integer(3, original.position);
    })
    .finish();
}

export function confirmationMessage(subscriptionId: string): Buffer {
  return new Message().message(2, (confirmation) => confirmation.text(1, subscriptionId)).finish();
}

export function checkpointMessage({ commit, prepare }: Position): Buffer {
  return new Message().message(3, (checkpoint) => checkpoint.integer(1, commit).integer(2, prepare)).finish();
}

export function streamNotFoundMessage(stream: string): Buffer {
  return new Message().message(4, (notFound) => notFound.message(1, (name) => name.text(3, stream))).finish();
}

export function firstStreamPositionMessage(revision: number): Buffer {
  return new Message().integer(5, revision).finish();
}

export function lastStreamPositionMessage(revision: number): Buffer {
  return new Message().integer(6, revision).finish();
}

export function caughtUpMessage(): Buffer {
  return new Message().message(8).finish();
}

function writeEvent(recorded: Message, event: StoredEvent, uuids: UuidForm): void {
  recorded
    .message(1, (uuid) => writeUuid(uuid, event.id, uuids))
    .message(2, (name) => name.text(3, event.stream))
    .integer(3, event.revision)
    .integer(4, event.position)
    .integer(5, event.position)
    .message(6, (entry) => entry.text(1, 'type').text(2, event.type))
    .message(6, (entry) => entry.text(1, 'created').text(2, ticks(event.created)))
    .message(6, (entry) => entry.text(1, 'content-type').text(2, event.isJson ? JSON_CONTENT : OTHER_CONTENT))
    .bytes(7, event.metadata)
    .bytes(8, event.data);
}

/** Units of 100 ns since 1970. */
function ticks(ms: number): string {
  return ms === 0 ? '0' : `${String(Math.floor(ms))}0000`;
}

function writeUuid(uuid: Message, id: string, form: UuidForm): void {
  if (form === 'string') {
    uuid.text(2, id);
    return;
  }
  const hex = id.replaceAll('-', '');
  const most = BigInt.asIntN(64, BigInt(`0x${hex.slice(0, 16)}`));
  const least = BigInt.asIntN(64, BigInt(`0x${hex.slice(16)}`));
  uuid.message(1, (structured) => structured.int64(1, most).int64(2, least));
}
