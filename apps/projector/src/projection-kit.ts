/** The answer of an event that leaves nothing in a projection. */
export const nothing: readonly never[] = [];

/** `conversation-cnv_1` and `receipts-cnv_1` are cnv_1, `user-usr_1` is usr_1. */
export const idOfStream = (stream: string): string => stream.slice(stream.indexOf('-') + 1);

const minute = 60_000;
let lastMinute = Number.NaN;
let lastPrefix = '';

/** RFC 3339 UTC, of milliseconds since 1970 UTC. Events come in order of time, more or less: a minute is cut once. */
export function timeText(time: number): string {
  const start = Math.floor(time / minute) * minute;
  if (start !== lastMinute) {
    lastMinute = start;
    lastPrefix = new Date(start).toISOString().slice(0, 17);
  }
  const rest = time - start;
  const seconds = Math.floor(rest / 1_000);
  const milliseconds = rest - seconds * 1_000;
  return `${lastPrefix}${seconds < 10 ? '0' : ''}${seconds}.${String(milliseconds).padStart(3, '0')}Z`;
}
