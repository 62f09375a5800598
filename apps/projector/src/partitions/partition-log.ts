import type { EventFeed, EventLogReader } from '@parley/ports';

/** The log as one partition of the feed has it. */
export function partitionLog(
  log: Pick<EventLogReader, 'readAll'>,
  feed: Pick<EventFeed, 'partitionOf'>,
  partition: number,
): Pick<EventLogReader, 'readAll'> {
  return {
    readAll: async (options) => {
      const page = await log.readAll(options);
      return { ...page, events: page.events.filter(({ stream }) => feed.partitionOf(stream) === partition) };
    },
  };
}
