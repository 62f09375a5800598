/**
 * What an event id says about how it may come again; its version (RFC 9562) tells.
 * - `derived` (version 8): a function of a stream and of what somebody asked for there. It may come again at any time,
 *   on any node, and can stand in that one stream only.
 * - `random` (version 7): made for one append. Only who made it has it, and appends it again at most when the fate of
 *   that append was unknown: it is looked for among the stream's newest events and nowhere else.
 * - `other`: may come again at any time and stand anywhere.
 */
export type IdKind = 'derived' | 'random' | 'other';

export function kindOf(eventId: string): IdKind {
  const version = eventId[14];
  return version === '8' ? 'derived' : version === '7' ? 'random' : 'other';
}
