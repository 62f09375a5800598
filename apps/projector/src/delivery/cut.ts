import type { DecodedBatch } from '../runner/decoded-batch.js';

/**
 * Cuts a batch so that nobody comes and goes within one part: what a part's deliveries show is read after the part, and
 * must not show somebody who has left what happened since.
 */
export function cutAtDepartures(batch: DecodedBatch): readonly DecodedBatch[] {
  const parts: DecodedBatch[] = [];
  const came = new Set<string>();
  let start = 0;
  let begin = -1;
  const endAt = (index: number, checkpoint: number): void => {
    const undecodable = batch.undecodable.filter(({ position }) => position > begin && position <= checkpoint);
    const events = start === 0 && index === batch.events.length ? batch.events : batch.events.slice(start, index);
    parts.push({ events, undecodable, checkpoint });
    start = index;
    begin = checkpoint;
    came.clear();
  };
  for (const [index, { event, recorded }] of batch.events.entries()) {
    const { stream } = recorded;
    if (event.type === 'ConversationStarted.v1') {
      // Data of another shape is parked by the projections, and no reason to stop here.
      const members = Array.isArray(event.data.members) ? event.data.members : [];
      for (const { userId } of members) came.add(`${stream} ${userId}`);
    } else if (event.type === 'MemberAdded.v1' || event.type === 'MemberJoined.v1') {
      came.add(`${stream} ${event.data.userId}`);
    } else if (event.type === 'MemberLeft.v1' || event.type === 'MemberRemoved.v1') {
      if (!came.has(`${stream} ${event.data.userId}`)) continue;
      endAt(index, batch.events[index - 1]?.recorded.position ?? batch.checkpoint);
    }
  }
  endAt(batch.events.length, batch.checkpoint);
  return parts;
}
