import type { ParleyClient } from '@parley/client';
import type { DeviceMachine } from '../machine/device-machine.js';
import type { Step } from './plan.js';

const emoji = ['👍', '🎉', '❤️'] as const;

/** Every message of a world says something of its own, so that one that was sent twice is found. */
const textOf = (step: Pick<Step, 'id'>, version = 0): string =>
  `said ${step.id}${version === 0 ? '' : ` again ${version}`}`;

/** Does it as a person with this device in hand would: with what it shows. Nothing, when there is nothing to do it to. */
export function doStep(step: Step, device: DeviceMachine, userIds: readonly string[]): void {
  device.act((client) => deedOf(step, client, device.userId, userIds));
}

function deedOf(step: Step, client: ParleyClient, userId: string, userIds: readonly string[]): Promise<unknown> | void {
  const others = userIds.filter((each) => each !== userId);
  const other = others[step.which % others.length] ?? userId;
  if (step.deed === 'group') {
    const memberIds = others.filter((_, i) => (step.which >> (i % 8)) % 2 === 0);
    return client.api.conversations.startGroup({ memberIds, title: `group ${step.id}` }, `key-${step.id}`);
  }
  if (step.deed === 'direct') return client.api.conversations.startDirect(other);
  if (step.deed === 'look') {
    return step.which % 3 === 0 ? client.api.people.get(other) : client.api.people.find({ ids: [other] });
  }
  const conversations = client.conversations();
  const conversation = conversations[step.where % Math.max(1, conversations.length)];
  return conversation === undefined ? undefined : deedIn(conversation.id, step, client, other, others);
}

function deedIn(
  conversationId: string,
  step: Step,
  client: ParleyClient,
  other: string,
  others: readonly string[],
): Promise<unknown> | void {
  switch (step.deed) {
    case 'send':
      return client.send(conversationId, textOf(step), {
        clientMessageId: `step-${step.id}`,
        ...(step.which % 5 === 0 ? { mentions: [other] } : {}),
      });
    case 'read':
      return client.markRead(conversationId);
    case 'add':
      return client.api.members.add(conversationId, step.which % 2 === 0 ? others : [other]);
    case 'remove':
      return client.api.members.remove(conversationId, other);
    case 'leave':
      return client.api.conversations.leave(conversationId);
    case 'rename':
      return client.api.conversations.change(conversationId, { title: `title ${step.id}` });
    case 'mark':
      return client.markUnread(conversationId, step.which % 2 === 0);
    case 'edit':
    case 'delete':
    case 'react':
    case 'pin':
      return onMessage(conversationId, step, client, other);
    case 'group':
    case 'direct':
    case 'look':
      return undefined;
    default:
      return step.deed satisfies never;
  }
}

function onMessage(conversationId: string, step: Step, client: ParleyClient, other: string): Promise<unknown> | void {
  const window = client.window(conversationId);
  const own = window.filter(({ senderId }) => senderId === client.userId);
  const among = step.deed === 'edit' || step.deed === 'delete' ? own : window;
  const message = among[among.length - 1 - (step.which % Math.max(1, Math.min(among.length, 6)))];
  if (message === undefined) return undefined;
  const active = step.which % 3 !== 0;
  if (step.deed === 'edit') return client.edit(message, textOf(step, 1), step.which % 3 === 0 ? [other] : []);
  if (step.deed === 'delete') return client.delete(message);
  if (step.deed === 'react') return client.react(message, emoji[step.which % emoji.length]!, active);
  return client.pin(message, active);
}
