import type { Command, CommandContext } from '@parley/ports';

/** Which stream a command is decided on, so that commands on one stream meet at one node. */
export function ownerKeyOf(command: Command, { actorId }: CommandContext): string {
  switch (command.type) {
    case 'rename-conversation':
    case 'describe-conversation':
    case 'add-members':
    case 'remove-member':
    case 'leave-conversation':
    case 'change-role':
    case 'transfer-ownership':
    case 'create-invite':
    case 'revoke-invite':
    case 'send-message':
    case 'forward-message':
    case 'edit-message':
    case 'delete-message':
    case 'react':
    case 'unreact':
    case 'pin-message':
    case 'unpin-message':
    case 'advance-watermark':
      return command.conversationId;
    case 'join-by-invite':
      return command.code.split('.', 1)[0] ?? '';
    // Decided on the actor's own stream, or on one that begins now.
    case 'start-conversation':
    case 'mark-unread':
    case 'mute-conversation':
    case 'archive-conversation':
    case 'register-user':
    case 'change-profile':
    case 'add-device':
    case 'remove-device':
    case 'block-user':
    case 'unblock-user':
      return actorId;
    default:
      throw new TypeError(`no rule for ${JSON.stringify(command satisfies never)}`);
  }
}
