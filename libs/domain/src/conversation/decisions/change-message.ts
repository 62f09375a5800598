import type { MessageContent, MessageDeleted, MessageEdited } from '@parley/events';
import { accept, type Decision, nothingToDo, refuse } from '../../decision.js';
import { type AboutMessage, accessMessage, checkContent, checkMentions } from '../checks.js';
import type { MessageFacts } from '../message-facts.js';
import { authorise } from '../permissions.js';
import type { ConversationState } from '../state.js';

export interface EditMessage extends AboutMessage {
  readonly content: MessageContent;
  readonly mentions?: readonly string[];
  /** In a direct conversation: the other person has blocked the actor. An edit says something new too. */
  readonly blocked: boolean;
}

/** One's own, from text to text. In a channel it needs the right to send. */
export function editMessage(state: ConversationState, command: EditMessage): Decision<MessageEdited> {
  const access = accessMessage(state, command, 'send');
  if (!access.ok) return access;
  const { conversation, message } = access;
  const { actorId, sequence, content } = command;
  if (message.senderId !== actorId) return refuse({ code: 'not_your_message' });
  if (message.deleted) return refuse({ code: 'message_deleted' });
  if (message.content?.type !== 'text.v1' || content.type !== 'text.v1') return refuse({ code: 'not_editable' });
  if (conversation.kind === 'direct' && command.blocked) return refuse({ code: 'message_refused' });
  const mentions = command.mentions === undefined ? [] : [...new Set(command.mentions)];
  if (message.content.text === content.text && sameIds(message.mentions, mentions)) return nothingToDo;
  const malformed = checkContent(content) ?? checkMentions(state, mentions);
  if (malformed !== null) return malformed;
  const mentioned = mentions.length === 0 ? {} : { mentions };
  const data = { sequence, content, ...mentioned, ...noLongerMentioned(message, mentions), editedBy: actorId };
  return accept({ type: 'MessageEdited.v1', data });
}

/** So that whoever counted it as a mention of theirs hears of it; projections have forgotten it by then. */
function noLongerMentioned(
  message: MessageFacts,
  now: readonly string[],
): { readonly unmentioned?: readonly string[] } {
  const unmentioned = message.mentions.filter((userId) => !now.includes(userId));
  return unmentioned.length === 0 ? {} : { unmentioned };
}

const sameIds = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((id, i) => id === other[i]);

export type DeleteMessage = AboutMessage;

/** One's own, or as an admin or owner of a group or channel anybody's. Deleted is deleted: no events. */
export function deleteMessage(state: ConversationState, command: DeleteMessage): Decision<MessageDeleted> {
  const access = accessMessage(state, command);
  if (!access.ok) return access;
  const { actorId, sequence } = command;
  const right = authorise(state, actorId, access.message.senderId === actorId ? 'delete-own' : 'delete-others');
  if (!right.ok) return right;
  if (access.message.deleted) return nothingToDo;
  const data = { sequence, ...noLongerMentioned(access.message, []), deletedBy: actorId };
  return accept({ type: 'MessageDeleted.v1', data });
}
