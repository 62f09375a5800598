import type { StreamIdentifier, UUID } from '@eventstore/db-client/generated/shared_pb.js';
import { handlerThrew } from './errors.js';

const UUID_FORM = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const NIL = '00000000-0000-0000-0000-000000000000';

/** The stream's name. @throws RpcError when there is none */
export function decode(identifier: StreamIdentifier | undefined): string {
  const name = Buffer.from(identifier?.getStreamName_asU8() ?? []).toString();
  if (name === '') throw handlerThrew();
  return name;
}

/** In canonical form, lower case. @throws Error when it is no UUID */
export function parseUuid(uuid: UUID | undefined): string {
  const structured = uuid?.getStructured();
  let text = uuid?.getString().toLowerCase() ?? '';
  if (structured !== undefined) {
    const bits = [structured.getMostSignificantBits(), structured.getLeastSignificantBits()];
    const hex = bits.map((half) => BigInt.asUintN(64, BigInt(half)).toString(16).padStart(16, '0')).join('');
    text = hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  }
  if (!UUID_FORM.test(text)) throw new Error(`Unrecognized Guid format: ${text}`);
  return text;
}

/** @throws Error when it is no UUID, or the one with zeros only */
export function parseEventId(uuid: UUID | undefined): string {
  const id = parseUuid(uuid);
  if (id === NIL) throw new Error("Empty eventId provided. (Parameter 'eventId')");
  return id;
}
