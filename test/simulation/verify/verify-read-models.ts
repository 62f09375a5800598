import type { ReadModels } from '@parley/ports';
import type { InboxEntry } from '@parley/protocol';
import { Device } from '../../contract/read-models/device.js';
import type { Oracle } from '../../contract/read-models/oracle.js';
import type { Witness } from '../world/witness.js';

const pageSize = 100;

/** At rest each server answers what the log says. */
export async function verifyReadModels(
  name: string,
  models: ReadModels,
  userIds: readonly string[],
  oracle: Oracle,
  witness: Witness,
): Promise<void> {
  const wrong = (detail: string): void => witness.found('read models are what the log says', `${name}: ${detail}`);
  for (const userId of userIds) {
    for (const id of oracle.conversations.keys()) {
      const json = await models.inbox.entry(userId, id);
      if ((json !== null) !== oracle.isMember(id, userId)) wrong(`the entry of ${userId} in ${id}`);
      if (json === null) continue;
      verifyEntry(JSON.parse(json) as InboxEntry, userId, oracle, wrong);
      const windows = (await models.membership.membership(id, userId))?.windows ?? [];
      const { entries } = await models.history.page({ conversationId: id, windows, limit: 10_000, notices: false });
      const sequences = entries.map(({ sequence }) => sequence).join();
      const due = oracle.visible(id, userId).map(({ sequence }) => sequence);
      if (sequences !== due.join()) wrong(`the history of ${userId} in ${id}: ${sequences}, not ${due.join()}`);
    }
    await verifyChanges(userId, models, oracle, wrong);
  }
}

function verifyEntry(entry: InboxEntry, userId: string, oracle: Oracle, wrong: (detail: string) => void): void {
  const { id, title } = entry.conversation;
  const { read, unread, mentions } = entry.readState;
  const is = [title, read, unread, mentions, entry.role, entry.lastMessage?.sequence ?? 0];
  const should = [
    oracle.get(id).title,
    oracle.readWatermark(id, userId),
    oracle.unread(id, userId),
    oracle.unreadMentions(id, userId),
    oracle.get(id).roles.get(userId),
    oracle.visible(id, userId).at(-1)?.sequence ?? 0,
  ];
  if (JSON.stringify(is) !== JSON.stringify(should)) {
    wrong(`the entry of ${userId} in ${id}: ${JSON.stringify(is)}, not ${JSON.stringify(should)}`);
  }
}

/** A device that begins with nothing is told all that is its person's to see, and nothing else. */
async function verifyChanges(
  userId: string,
  models: ReadModels,
  oracle: Oracle,
  wrong: (detail: string) => void,
): Promise<void> {
  const device = new Device(userId, () => oracle);
  for (let more = true; more;) {
    const page = await models.inbox.changes(userId, device.cursor, pageSize);
    device.take(page.changes, page.upTo);
    more = page.hasMore;
  }
  for (const problem of device.problems) wrong(`changes of ${userId}: ${problem}`);
  const seen = [...device.seen].toSorted().join();
  const owed = oracle.owed(userId).join();
  if (seen !== owed) wrong(`changes of ${userId}: ${seen}, not ${owed}`);
}
