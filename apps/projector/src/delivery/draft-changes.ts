import type { DecodedEvent, ParleyEvent } from '@parley/events';
import { type EventPlace, evolveBy, ignoring } from '../rules.js';
import {
  conversationDraft,
  departedDraft,
  joinedDraft,
  memberDraft,
  messageDraft,
  noticeDraft,
  personDraft,
  readStateDraft,
  receiptsDraft,
  settingsDraft,
} from './draft-kinds.js';
import type { Drafted } from './drafts.js';

/** Which things an event changed, and so what is to be told. New messages are told by themselves. */
export const draftsOf: (event: DecodedEvent<ParleyEvent>) => readonly Drafted[] = evolveBy<Drafted>({
  'ConversationStarted.v1': ({ members }, place) => [
    ...members.map(({ userId }) => joinedDraft(at(place), userId)),
    noticeDraft(at(place)),
  ],
  'MemberAdded.v1': ({ userId }, place) => coming(place, userId),
  'MemberJoined.v1': ({ userId }, place) => coming(place, userId),
  'MemberLeft.v1': ({ userId }, place) => going(place, userId, 'left'),
  'MemberRemoved.v1': ({ userId }, place) => going(place, userId, 'removed'),
  'MemberRoleChanged.v1': ({ userId }, place) => [memberDraft(at(place), userId), noticeDraft(at(place))],
  'OwnershipTransferred.v1': ({ from, to }, place) => [
    memberDraft(at(place), from),
    memberDraft(at(place), to),
    noticeDraft(at(place)),
  ],
  'ConversationRenamed.v1': (_, place) => [noticeDraft(at(place)), conversationDraft(at(place))],
  'ConversationDescribed.v1': (_, place) => [noticeDraft(at(place)), conversationDraft(at(place))],
  'MessageEdited.v1': ({ sequence, mentions = nobody, unmentioned = nobody }, place) => [
    messageDraft(at(place), sequence),
    ...mentionDrafts(place, [...mentions, ...unmentioned]),
  ],
  'ReactionAdded.v1': ({ sequence }, place) => [messageDraft(at(place), sequence)],
  'ReactionRemoved.v1': ({ sequence }, place) => [messageDraft(at(place), sequence)],
  'MessageDeleted.v1': ({ sequence, unmentioned = nobody }, place) => [
    ...messageAndPins(place, sequence),
    ...mentionDrafts(place, unmentioned),
  ],
  'MessagePinned.v1': ({ sequence }, place) => messageAndPins(place, sequence),
  'MessageUnpinned.v1': ({ sequence }, place) => messageAndPins(place, sequence),
  'WatermarksAdvanced.v1': ({ advances }, place) => [
    receiptsDraft(at(place)),
    ...advances.filter(({ read }) => read !== undefined).map(({ userId }) => readStateDraft(at(place), userId)),
  ],
  'ConversationMuted.v1': ({ conversationId }, place) => setting(place, conversationId),
  'ConversationUnmuted.v1': ({ conversationId }, place) => setting(place, conversationId),
  'ConversationArchived.v1': ({ conversationId }, place) => setting(place, conversationId),
  'ConversationUnarchived.v1': ({ conversationId }, place) => setting(place, conversationId),
  'ConversationMarkedUnread.v1': ({ conversationId }, place) => setting(place, conversationId),
  'ConversationUnreadMarkCleared.v1': ({ conversationId }, place) => setting(place, conversationId),
  'ProfileChanged.v1': (_, { id, position }) => [personDraft(position, id)],
  ...ignoring('MessageSent.v1', 'InviteCreated.v1', 'InviteRevoked.v1', 'UserRegistered.v1'),
  ...ignoring('DeviceAdded.v1', 'DeviceRemoved.v1', 'UserBlocked.v1', 'UserUnblocked.v1'),
});

const nobody: readonly string[] = [];

const at = ({ id, position }: EventPlace) => ({ position, conversationId: id });

const coming = (place: EventPlace, userId: string): readonly Drafted[] => [
  joinedDraft(at(place), userId),
  memberDraft(at(place), userId, userId),
  noticeDraft(at(place)),
  conversationDraft(at(place)),
];

const going = (place: EventPlace, userId: string, state: 'left' | 'removed'): readonly Drafted[] => [
  memberDraft(at(place), userId),
  noticeDraft(at(place)),
  departedDraft(at(place), userId, state),
  conversationDraft(at(place)),
];

const messageAndPins = (place: EventPlace, sequence: number): readonly Drafted[] => [
  messageDraft(at(place), sequence),
  conversationDraft(at(place)),
];

/** How many unread messages mention one is counted anew: the message alone does not say whether it was counted. */
const mentionDrafts = (place: EventPlace, userIds: readonly string[]): readonly Drafted[] =>
  userIds.map((userId) => readStateDraft(at(place), userId));

const setting = ({ id, position }: EventPlace, conversationId: string): readonly Drafted[] => [
  settingsDraft({ conversationId, position }, id),
];
