import { AddDeviceHandler } from './add-device/add-device.handler.js';
import { AddMembersHandler } from './add-members/add-members.handler.js';
import { AdvanceWatermarkHandler } from './advance-watermark/advance-watermark.handler.js';
import { ArchiveConversationHandler } from './archive-conversation/archive-conversation.handler.js';
import { BlockUserHandler } from './block-user/block-user.handler.js';
import { ChangeProfileHandler } from './change-profile/change-profile.handler.js';
import { ChangeRoleHandler } from './change-role/change-role.handler.js';
import { CreateInviteHandler } from './create-invite/create-invite.handler.js';
import { DeleteMessageHandler } from './delete-message/delete-message.handler.js';
import { DescribeConversationHandler } from './describe-conversation/describe-conversation.handler.js';
import { EditMessageHandler } from './edit-message/edit-message.handler.js';
import { ForwardMessageHandler } from './forward-message/forward-message.handler.js';
import { JoinByInviteHandler } from './join-by-invite/join-by-invite.handler.js';
import { LeaveConversationHandler } from './leave-conversation/leave-conversation.handler.js';
import { MarkUnreadHandler } from './mark-unread/mark-unread.handler.js';
import { MuteConversationHandler } from './mute-conversation/mute-conversation.handler.js';
import { PinMessageHandler } from './pin-message/pin-message.handler.js';
import { ReactHandler } from './react/react.handler.js';
import { RegisterUserHandler } from './register-user/register-user.handler.js';
import { RemoveDeviceHandler } from './remove-device/remove-device.handler.js';
import { RemoveMemberHandler } from './remove-member/remove-member.handler.js';
import { RenameConversationHandler } from './rename-conversation/rename-conversation.handler.js';
import { RevokeInviteHandler } from './revoke-invite/revoke-invite.handler.js';
import { SendMessageHandler } from './send-message/send-message.handler.js';
import { StartConversationHandler } from './start-conversation/start-conversation.handler.js';
import { TransferOwnershipHandler } from './transfer-ownership/transfer-ownership.handler.js';
import { UnblockUserHandler } from './unblock-user/unblock-user.handler.js';
import { UnpinMessageHandler } from './unpin-message/unpin-message.handler.js';
import { UnreactHandler } from './unreact/unreact.handler.js';

export const commandHandlers = [
  AddDeviceHandler,
  AddMembersHandler,
  AdvanceWatermarkHandler,
  ArchiveConversationHandler,
  BlockUserHandler,
  ChangeProfileHandler,
  ChangeRoleHandler,
  CreateInviteHandler,
  DeleteMessageHandler,
  DescribeConversationHandler,
  EditMessageHandler,
  ForwardMessageHandler,
  JoinByInviteHandler,
  LeaveConversationHandler,
  MarkUnreadHandler,
  MuteConversationHandler,
  PinMessageHandler,
  ReactHandler,
  RegisterUserHandler,
  RemoveDeviceHandler,
  RemoveMemberHandler,
  RenameConversationHandler,
  RevokeInviteHandler,
  SendMessageHandler,
  StartConversationHandler,
  TransferOwnershipHandler,
  UnblockUserHandler,
  UnpinMessageHandler,
  UnreactHandler,
];
