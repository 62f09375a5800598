import { countFrom, noSpans, sees } from '../model/group-model.js';
import type { Group } from '../stage/group.js';
import type { DueRow } from './compare-inbox.js';

/** The row that the group must have in the conversation list of a member who has read up to `read`. */
export function dueRow(group: Group, person: string, read: number): DueRow {
  const { model, conversationId, title } = group;
  const spans = model.spans.get(person) ?? noSpans;
  const mentions = model.lines.filter(
    ({ mention }, index) => mention === person && index + 1 > read && sees(spans, index + 1),
  );
  return {
    conversationId,
    title,
    memberCount: model.members.size,
    lastSequence: model.lines.length,
    lastVisible: spans.at(-1)?.to ?? 0,
    read,
    unread: countFrom(spans, read + 1),
    mentions: mentions.length,
  };
}
