import { type MembershipWindow, sees, seesPosition } from '@parley/events';
import type { MessageView } from '@parley/protocol';
import type { Oracle } from '../../contract/read-models/oracle.js';
import type { Shown, Witness } from '../world/witness.js';

type Wrong = (detail: string) => void;

/** Nobody was shown what is not theirs to see, by whatever frame, and nothing that was never said. */
export function verifyShown(witness: Witness, oracle: Oracle): void {
  for (const shown of witness.shown) {
    const wrong: Wrong = (detail) => witness.found('only what is yours to see', `${shown.userId}: ${detail}`);
    if (shown.kind === 'change') verifyChange(shown, oracle, wrong);
    else if (shown.kind === 'entry') {
      const { conversation, lastMessage } = shown.entry;
      if (oracle.windows(conversation.id, shown.userId).length === 0) wrong(`${conversation.id} in the list`);
      if (lastMessage !== null) verifyMessage(lastMessage, shown.userId, oracle, wrong);
    } else if (shown.entry.kind === 'message') verifyMessage(shown.entry.message, shown.userId, oracle, wrong);
  }
}

function verifyChange({ userId, change }: Extract<Shown, { kind: 'change' }>, oracle: Oracle, wrong: Wrong): void {
  const position = Number(change.position);
  // Both ends of a membership are inside: one sees oneself come, and go.
  const inside = (id: string): boolean => seesPosition(oracle.windows(id, userId), position);
  switch (change.kind) {
    case 'message':
      verifyMessage(change.message, userId, oracle, wrong);
      break;
    case 'joined':
      if (change.entry.lastMessage !== null) verifyMessage(change.entry.lastMessage, userId, oracle, wrong);
      break;
    case 'notice':
      if (!inside(change.notice.conversationId)) wrong(`notice ${position} of ${change.notice.conversationId}`);
      break;
    case 'member':
      if (!inside(change.member.conversationId)) wrong(`member at ${position} of ${change.member.conversationId}`);
      break;
    case 'conversation': {
      const { id, pins } = change.conversation;
      if (!inside(id)) wrong(`view at ${position} of ${id}`);
      const hidden = pins.filter((sequence) => !sees(oracle.windows(id, userId), sequence));
      if (hidden.length > 0) wrong(`pins ${hidden.join(', ')} of ${id}`);
      break;
    }
    case 'receipts':
    case 'departed':
    case 'readState':
    case 'settings':
    case 'person':
      break;
    default:
      change satisfies never;
  }
}

function verifyMessage(message: MessageView, userId: string, oracle: Oracle, wrong: Wrong): void {
  const { conversationId: id, sequence, content } = message;
  const windows = oracle.windows(id, userId);
  if (!sees(windows, sequence)) return wrong(`${id}/${sequence}`);
  if (content?.type !== 'text.v1') return;
  const { history = [] } = oracle.get(id).messages[sequence - 1] ?? {};
  const said = history.some((version, index) => {
    const until = history[index + 1]?.position ?? Infinity;
    const overlaps = (w: MembershipWindow): boolean =>
      version.position <= (w.untilPosition ?? Infinity) && until > w.afterPosition;
    return version.text === content.text && windows.some(overlaps);
  });
  if (!said) wrong(`${id}/${sequence} says "${content.text}"`);
}
