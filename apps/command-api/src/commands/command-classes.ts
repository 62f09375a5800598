import type { ICommand } from '@nestjs/cqrs';
import type { Command, CommandContext } from '@parley/ports';
import { AddDeviceCommand } from './add-device/add-device.command.js';
import { AddMembersCommand } from './add-members/add-members.command.js';
import { AdvanceWatermarkCommand } from './advance-watermark/advance-watermark.command.js';
import { ArchiveConversationCommand } from './archive-conversation/archive-conversation.command.js';
import { BlockUserCommand } from './block-user/block-user.command.js';
import { ChangeProfileCommand } from './change-profile/change-profile.command.js';
import { ChangeRoleCommand } from './change-role/change-role.command.js';
import { CreateInviteCommand } from './create-invite/create-invite.command.js';
import { DeleteMessageCommand } from './delete-message/delete-message.command.js';
import { DescribeConversationCommand } from './describe-conversation/describe-conversation.command.js';
import { EditMessageCommand } from './edit-message/edit-message.command.js';
import { ForwardMessageCommand } from './forward-message/forward-message.command.js';
import { JoinByInviteCommand } from './join-by-invite/join-by-invite.command.js';
import { LeaveConversationCommand } from './leave-conversation/leave-conversation.command.js';
import { MarkUnreadCommand } from './mark-unread/mark-unread.command.js';
import { MuteConversationCommand } from './mute-conversation/mute-conversation.command.js';
import { PinMessageCommand } from './pin-message/pin-message.command.js';
import { ReactCommand } from './react/react.command.js';
import { RegisterUserCommand } from './register-user/register-user.command.js';
import { RemoveDeviceCommand } from './remove-device/remove-device.command.js';
import { RemoveMemberCommand } from './remove-member/remove-member.command.js';
import { RenameConversationCommand } from './rename-conversation/rename-conversation.command.js';
import { RevokeInviteCommand } from './revoke-invite/revoke-invite.command.js';
import { SendMessageCommand } from './send-message/send-message.command.js';
import { StartConversationCommand } from './start-conversation/start-conversation.command.js';
import { TransferOwnershipCommand } from './transfer-ownership/transfer-ownership.command.js';
import { UnblockUserCommand } from './unblock-user/unblock-user.command.js';
import { UnpinMessageCommand } from './unpin-message/unpin-message.command.js';
import { UnreactCommand } from './unreact/unreact.command.js';

type ClassOf<C extends Command> = new (input: C, context: CommandContext) => ICommand;

/** Each command of the port as the class that the command bus finds its handler by. */
export const commandClasses: { readonly [T in Command['type']]: ClassOf<Extract<Command, { type: T }>> } = {
  'add-device': AddDeviceCommand,
  'add-members': AddMembersCommand,
  'advance-watermark': AdvanceWatermarkCommand,
  'archive-conversation': ArchiveConversationCommand,
  'block-user': BlockUserCommand,
  'change-profile': ChangeProfileCommand,
  'change-role': ChangeRoleCommand,
  'create-invite': CreateInviteCommand,
  'delete-message': DeleteMessageCommand,
  'describe-conversation': DescribeConversationCommand,
  'edit-message': EditMessageCommand,
  'forward-message': ForwardMessageCommand,
  'join-by-invite': JoinByInviteCommand,
  'leave-conversation': LeaveConversationCommand,
  'mark-unread': MarkUnreadCommand,
  'mute-conversation': MuteConversationCommand,
  'pin-message': PinMessageCommand,
  react: ReactCommand,
  'register-user': RegisterUserCommand,
  'remove-device': RemoveDeviceCommand,
  'remove-member': RemoveMemberCommand,
  'rename-conversation': RenameConversationCommand,
  'revoke-invite': RevokeInviteCommand,
  'send-message': SendMessageCommand,
  'start-conversation': StartConversationCommand,
  'transfer-ownership': TransferOwnershipCommand,
  'unblock-user': UnblockUserCommand,
  'unpin-message': UnpinMessageCommand,
  unreact: UnreactCommand,
};
