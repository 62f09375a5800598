import type { MembershipOperation, Projection } from '@parley/ports';
import { type EventPlace, evolveBy, ignoring, messageChangeTypes, personalTypes, settingTypes } from '../rules.js';

/** Who was a member from when to when, by sequence and by position: what governs every other surface. */
export const membership: Projection<'membership'> = {
  name: 'membership',
  version: 1,
  evolve: evolveBy<MembershipOperation>({
    'ConversationStarted.v1': ({ members }, place) =>
      members.map(({ userId, role }) => ({ type: 'open', ...at(place), userId, role, afterSequence: 0 })),
    'MemberAdded.v1': ({ userId, role, afterSequence }, place) => [
      { type: 'open', ...at(place), userId, role, afterSequence },
    ],
    'MemberJoined.v1': ({ userId, role, afterSequence }, place) => [
      { type: 'open', ...at(place), userId, role, afterSequence },
    ],
    'MemberLeft.v1': ({ userId, afterSequence }, place) => [
      { type: 'close', ...at(place), userId, state: 'left', untilSequence: afterSequence },
    ],
    'MemberRemoved.v1': ({ userId, afterSequence }, place) => [
      { type: 'close', ...at(place), userId, state: 'removed', untilSequence: afterSequence },
    ],
    'MemberRoleChanged.v1': ({ userId, role }, place) => [{ type: 'set-role', ...at(place), userId, role }],
    'OwnershipTransferred.v1': ({ from, to }, place) => [
      { type: 'set-role', ...at(place), userId: from, role: 'admin' },
      { type: 'set-role', ...at(place), userId: to, role: 'owner' },
    ],
    ...ignoring('ConversationRenamed.v1', 'ConversationDescribed.v1', 'InviteCreated.v1', 'InviteRevoked.v1'),
    ...ignoring('MessageSent.v1', ...messageChangeTypes, 'WatermarksAdvanced.v1', ...personalTypes, ...settingTypes),
  }),
};

const at = ({ id, position }: EventPlace) => ({ position, conversationId: id });
