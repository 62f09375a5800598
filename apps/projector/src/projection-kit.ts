/** The answer of an event that leaves nothing in a projection. */
export const nothing: readonly never[] = [];

/** `conversation-cnv_1` and `receipts-cnv_1` are cnv_1, `user-usr_1` is usr_1. */
export const idOfStream = (stream: string): string => stream.slice(stream.indexOf('-') + 1);

/** RFC 3339 UTC, of milliseconds since 1970 UTC. */
export const timeText = (time: number): string => new Date(time).toISOString();

/** The compiler calls for it when an event type is left out of a switch; at run time the event is parked. */
export function unreachable(event: never): never {
  throw new TypeError(`no rule for ${JSON.stringify(event)}`);
}
