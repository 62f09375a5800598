import type { ConversationItem, ParleyClient } from '@parley/client';
import type { MessageView } from '@parley/protocol';
import type { Oracle, OracleMessage } from '../../contract/read-models/oracle.js';
import type { DeviceMachine } from '../machine/device-machine.js';
import type { Witness } from '../world/witness.js';

/** At rest each device shows what the log says, so all devices of a person are alike. */
export function verifyDevices(devices: readonly DeviceMachine[], oracle: Oracle, witness: Witness): void {
  for (const device of devices) {
    const { client, deviceId, userId } = device;
    const wrong = (detail: string): void => witness.found('devices end as the log says', `${deviceId}: ${detail}`);
    if (client === null) {
      wrong('does not run');
      continue;
    }
    for (const id of oracle.conversations.keys()) {
      const item = client.conversation(id);
      const listed = item !== undefined && item.conversation !== null;
      if (listed !== oracle.isMember(id, userId)) wrong(`${id} is ${listed ? 'still there' : 'missing'}`);
      else if (listed) verifyItem(item, client, oracle, wrong);
    }
  }
}

function verifyItem(
  item: ConversationItem,
  client: ParleyClient,
  oracle: Oracle,
  wrong: (detail: string) => void,
): void {
  const { id } = item;
  const userId = client.userId ?? '';
  const differ = (what: string, is: unknown, should: unknown): void => {
    if (JSON.stringify(is) !== JSON.stringify(should)) {
      wrong(`${id}: ${what} is ${JSON.stringify(is)}, not ${JSON.stringify(should)}`);
    }
  };
  const visible = oracle.visible(id, userId);
  differ('title', item.conversation?.title ?? null, oracle.get(id).title);
  differ('members', item.conversation?.memberCount, oracle.memberCount(id));
  differ('role', item.role, oracle.get(id).roles.get(userId));
  differ('read', item.read, oracle.readWatermark(id, userId));
  differ('unread', item.unread, oracle.unread(id, userId));
  differ('mentions', item.mentions, oracle.unreadMentions(id, userId));
  differ('last message', item.lastMessage?.sequence ?? 0, visible.at(-1)?.sequence ?? 0);
  const held = client.window(id);
  const first = held[0]?.sequence ?? Infinity;
  const due = visible.filter(({ sequence }) => sequence >= first);
  differ('held', held.map(factsOf), due.map(factsOfOracle));
}

const factsOf = ({ sequence, senderId, content, reactions = [], pinned }: MessageView): unknown => ({
  sequence,
  senderId,
  text: content?.type === 'text.v1' ? content.text : null,
  reactions: reactions.flatMap(({ emoji, userIds }) => userIds.map((user) => `${emoji} ${user}`)).toSorted(),
  pinned: pinned === true,
});

const factsOfOracle = ({ sequence, senderId, text, reactions, pinned }: OracleMessage): unknown => ({
  sequence,
  senderId,
  text,
  reactions: reactions.toSorted(),
  pinned,
});
