import type { Projection, WatermarkOperation } from '@parley/ports';
import { type EventPlace, evolveBy, ignoring, messageChangeTypes, personalTypes, settingTypes } from '../rules.js';

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
    ...ignoring('ConversationRenamed.v1', 'ConversationDescribed.v1', 'MemberRoleChanged.v1'),
    ...ignoring('OwnershipTransferred.v1', 'InviteCreated.v1', 'InviteRevoked.v1'),
    ...ignoring(...messageChangeTypes, ...personalTypes, ...settingTypes),
  }),
};

const at = ({ id, position }: EventPlace) => ({ position, conversationId: id });
