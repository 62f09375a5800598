import type { Admin } from 'kafkajs';

/**
 * Records of a group not yet taken, over all partitions. The offset that a group is told here is that of the last record
 * taken, not of the next one (see GroupMember).
 */
export async function groupLag(admin: Admin, groupId: string, topic: string): Promise<number> {
  const [ends, taken] = await Promise.all([
    admin.fetchTopicOffsets(topic),
    admin.fetchOffsets({ groupId, topics: [topic] }),
  ]);
  const offsets = new Map(taken.flatMap(({ partitions }) => partitions.map((each) => [each.partition, each.offset])));
  let lag = 0;
  for (const { partition, low, high } of ends) {
    const last = Number(offsets.get(partition) ?? -1);
    const next = last < 0 ? Number(low) : Math.max(Number(low), last + 1);
    lag += Math.max(0, Number(high) - next);
  }
  return lag;
}
