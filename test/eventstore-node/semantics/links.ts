import type { StoredEvent } from '../store/record.js';
import type { ReadableLog } from './readable-log.js';
import type { StreamReader } from './stream-reader.js';

/** What a read delivers: an event, or a link with the event it points to, or a link that leads nowhere. */
export interface ResolvedEvent {
  readonly event: StoredEvent | null;
  readonly link: StoredEvent | null;
}

const LINK_TYPE = '$>';

/** A link's data is `<revision>@<stream>`; what begins with no number is delivered as it is. */
export function resolve(
  log: ReadableLog,
  streams: StreamReader,
  event: StoredEvent,
  resolveLinks: boolean,
): ResolvedEvent {
  if (!resolveLinks || event.type !== LINK_TYPE) return { event, link: null };
  const payload = event.data.toString();
  const separator = payload.indexOf('@');
  const revision = separator === -1 ? payload : payload.slice(0, separator);
  if (!/^\s*[+-]?\d+\s*$/.test(revision)) return { event, link: null };
  if (separator === -1) return { event: null, link: event };
  const target = streams.find(payload.slice(separator + 1), Number(revision));
  return { event: target === undefined ? null : log.read(target), link: event };
}
