import { type DecodedEvent, decodeEvent, encodeEvent, type ParleyEvent } from '@parley/events';

/** An event as a projection is given it. */
export const decodedAt = (
  position: number,
  event: ParleyEvent,
  stream = 'conversation-cnv_1',
): DecodedEvent<ParleyEvent> =>
  decodeEvent({
    ...encodeEvent(event, { eventId: `e${position}`, time: 0, metadata: { actorId: 'usr_a' } }),
    stream,
    revision: position,
    position,
  });
