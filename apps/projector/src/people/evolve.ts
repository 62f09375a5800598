import type { PeopleOperation, Projection } from '@parley/ports';
import { evolveBy, ignoring, messageChangeTypes, settingTypes } from '../rules.js';

/** The directory: who there is, under which names, and who may see their presence. */
export const people: Projection<'people'> = {
  name: 'people',
  version: 2,
  evolve: evolveBy<PeopleOperation>({
    'UserRegistered.v1': ({ userId, username, displayName }, { position }) => [
      { type: 'register', position, userId, username, displayName },
    ],
    'ProfileChanged.v1': (data, { id, position }) => [{ type: 'change-profile', position, userId: id, ...data }],
    ...ignoring('DeviceAdded.v1', 'DeviceRemoved.v1', 'UserBlocked.v1', 'UserUnblocked.v1', ...settingTypes),
    ...ignoring('ConversationStarted.v1', 'ConversationRenamed.v1', 'ConversationDescribed.v1'),
    ...ignoring('MemberAdded.v1', 'MemberJoined.v1', 'MemberLeft.v1', 'MemberRemoved.v1', 'MemberRoleChanged.v1'),
    ...ignoring('OwnershipTransferred.v1', 'InviteCreated.v1', 'InviteRevoked.v1'),
    ...ignoring('MessageSent.v1', ...messageChangeTypes, 'WatermarksAdvanced.v1'),
  }),
};
