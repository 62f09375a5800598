import type { Projection, WatermarkOperation } from '@parley/ports';
import { type EventPlace, evolveBy, ignoring, personalTypes, settingTypes } from '../rules.js';

const at = ({ id, position }: EventPlace) => ({ position, conversationId: id });

const touch = (_: unknown, place: EventPlace): readonly WatermarkOperation[] => [{ type: 'touch', ...at(place) }];

/** How far each device and member has received and read, and the aggregate of a conversation. */
export const watermarks: Projection<'watermarks'> = {
  name: 'watermarks',
  version: 1,
  evolve: evolveBy<WatermarkOperation>({
    'MessageSent.v1': ({ senderId, sequence }, { id, position }) => [
      { type: 'sent', position, conversationId: id, userId: senderId, sequence },
    ],
    'WatermarksAdvanced.v1': ({ advances }, place) => [{ type: 'advance', ...at(place), advances }],
    'ConversationStarted.v1': ({ members }, place) => [
      { type: 'start', ...at(place), userIds: members.map(({ userId }) => userId) },
    ],
    'MemberAdded.v1': ({ userId }, place) => [{ type: 'join', ...at(place), userId }],
    'MemberJoined.v1': ({ userId }, place) => [{ type: 'join', ...at(place), userId }],
    'MemberLeft.v1': ({ userId }, place) => [{ type: 'leave', ...at(place), userId }],
    'MemberRemoved.v1': ({ userId }, place) => [{ type: 'leave', ...at(place), userId }],
    'ConversationRenamed.v1': touch,
    'ConversationDescribed.v1': touch,
    'MemberRoleChanged.v1': touch,
    'OwnershipTransferred.v1': touch,
    'MessageEdited.v1': touch,
    'MessageDeleted.v1': touch,
    'ReactionAdded.v1': touch,
    'ReactionRemoved.v1': touch,
    'MessagePinned.v1': touch,
    'MessageUnpinned.v1': touch,
    ...ignoring('InviteCreated.v1', 'InviteRevoked.v1', ...personalTypes, ...settingTypes),
  }),
};
