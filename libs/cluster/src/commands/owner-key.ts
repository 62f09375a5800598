import type { Command, CommandContext } from '@parley/ports';

/** They name a conversation, but are decided on the stream of the person. */
const ofPerson: ReadonlySet<Command['type']> = new Set(['mark-unread', 'mute-conversation', 'archive-conversation']);

/** Which stream a command is decided on, so that commands on one stream meet at one node. */
export function ownerKeyOf(command: Command, { actorId }: CommandContext): string {
  if (command.type === 'join-by-invite') return command.code.split('.', 1)[0] ?? '';
  return 'conversationId' in command && !ofPerson.has(command.type) ? command.conversationId : actorId;
}
