import type { ConversationDescribed, ConversationRenamed } from '@parley/events';
import { accept, checkBytes, type Decision, nothingToDo } from '../../decision.js';
import { limits } from '../../limits.js';
import { authorise } from '../permissions.js';
import type { ConversationState } from '../state.js';

export interface RenameConversation {
  readonly actorId: string;
  /** 1 to limits.titleBytes bytes. */
  readonly title: string;
}

export function renameConversation(
  state: ConversationState,
  command: RenameConversation,
): Decision<ConversationRenamed> {
  const access = authorise(state, command.actorId, 'rename');
  if (!access.ok) return access;
  const tooLong = checkBytes('title', command.title, 1, limits.titleBytes);
  if (tooLong !== null) return tooLong;
  if (access.conversation.title === command.title) return nothingToDo;
  return accept({ type: 'ConversationRenamed.v1', data: { title: command.title, renamedBy: command.actorId } });
}

export interface DescribeConversation {
  readonly actorId: string;
  /** Empty takes the description away. */
  readonly description: string;
}

export function describeConversation(
  state: ConversationState,
  command: DescribeConversation,
): Decision<ConversationDescribed> {
  const access = authorise(state, command.actorId, 'describe');
  if (!access.ok) return access;
  const { actorId, description } = command;
  const tooLong = checkBytes('description', description, 0, limits.descriptionBytes);
  if (tooLong !== null) return tooLong;
  if ((access.conversation.description ?? '') === description) return nothingToDo;
  return accept({ type: 'ConversationDescribed.v1', data: { description, describedBy: actorId } });
}
