import type { AppendReq, BatchAppendReq } from '@eventstore/db-client/generated/streams_pb.js';
import type { ProposedEvent } from '../store/record.js';
import { requiredPropertyMissing } from './errors.js';
import { parseEventId } from './identifiers.js';

type ProposedMessage = AppendReq.ProposedMessage | BatchAppendReq.ProposedMessage;

/** @throws RpcError when type or content type is missing @throws Error when the id is none or the type is empty */
export function proposedEvent(message: ProposedMessage): ProposedEvent {
  const properties = message.getMetadataMap();
  const type = properties.get('type');
  if (type === undefined) throw requiredPropertyMissing('type');
  const contentType = properties.get('content-type');
  if (contentType === undefined) throw requiredPropertyMissing('content-type');
  if (type === '') throw new Error("Empty eventType provided. (Parameter 'eventType')");
  return {
    id: parseEventId(message.getId()),
    type,
    isJson: contentType === 'application/json',
    data: asBuffer(message.getData_asU8()),
    metadata: asBuffer(message.getCustomMetadata_asU8()),
  };
}

/** What counts against the maximum append size: in 23.10 the data alone, not its metadata or type. */
export function appendSize(event: ProposedEvent): number {
  return event.data.length;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
