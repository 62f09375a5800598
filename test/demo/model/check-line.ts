import type { MessageView } from '@parley/protocol';
import type { GroupModel } from './group-model.js';

/** Names each line of a log for ever, so that a repeated attempt is recognised. */
export const lineId = (sequence: number): string => `line-${sequence}`;

/**
 * Whether a message is the line that belongs in its place. `misplaced`: it is another line of the log, or none.
 * `altered`: it is that line, but its author, text or mention is not as written.
 */
export function checkLine(
  message: MessageView,
  model: GroupModel,
  userIdOf: (person: string) => string,
): 'right' | 'misplaced' | 'altered' {
  const line = model.lines[message.sequence - 1];
  if (line === undefined || message.clientMessageId !== lineId(message.sequence)) return 'misplaced';
  const { content, mentions = [] } = message;
  const mention = line.mention === undefined ? undefined : userIdOf(line.mention);
  const right =
    content?.type === 'text.v1' &&
    content.text === line.text &&
    message.senderId === userIdOf(line.person) &&
    mentions.length === (mention === undefined ? 0 : 1) &&
    mentions[0] === mention &&
    message.editedAt === undefined &&
    message.deletedAt === undefined;
  return right ? 'right' : 'altered';
}
