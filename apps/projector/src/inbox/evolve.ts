import type { InboxOperation, Projection } from '@parley/ports';
import { nothing, timeText } from '../projection-kit.js';
import { type EventPlace, evolveBy, ignoring, personalTypes } from '../rules.js';

const noMentions: readonly string[] = [];

/** Heads of conversations, mentions, and what each person has set for themselves. No rows per member and message. */
export const inbox: Projection<'inbox'> = {
  name: 'inbox',
  version: 1,
  evolve: evolveBy<InboxOperation>({
    'MessageSent.v1': ({ sequence, mentions = noMentions }, place) =>
      mentions.length === 0 ? nothing : [{ type: 'add-mentions', ...at(place), sequence, mentions }],
    'MessageEdited.v1': ({ sequence, mentions = noMentions }, place) => [
      { type: 'set-mentions', ...at(place), sequence, mentions },
    ],
    'MessageDeleted.v1': ({ sequence }, place) => [{ type: 'delete-message', ...at(place), sequence }],
    'MessagePinned.v1': ({ sequence }, place) => [{ type: 'pin', ...at(place), sequence }],
    'MessageUnpinned.v1': ({ sequence }, place) => [{ type: 'unpin', ...at(place), sequence }],
    'ConversationStarted.v1': ({ kind, title, description, members }, place) => {
      const peerIds = kind === 'direct' ? members.map((member) => member.userId) : null;
      const startedAt = timeText(place.time);
      return [{ type: 'start-conversation', ...at(place), kind, title, description, peerIds, startedAt }];
    },
    'ConversationRenamed.v1': ({ title }, place) => [{ type: 'set-title', ...at(place), title }],
    'ConversationDescribed.v1': ({ description }, place) => [{ type: 'set-description', ...at(place), description }],
    'ConversationMuted.v1': ({ conversationId, until }, place) => [
      { type: 'set-muted', ...own(place, conversationId), muted: true, until },
    ],
    'ConversationUnmuted.v1': ({ conversationId }, place) => [
      { type: 'set-muted', ...own(place, conversationId), muted: false, until: null },
    ],
    'ConversationArchived.v1': ({ conversationId }, place) => [
      { type: 'set-archived', ...own(place, conversationId), archived: true },
    ],
    'ConversationUnarchived.v1': ({ conversationId }, place) => [
      { type: 'set-archived', ...own(place, conversationId), archived: false },
    ],
    'ConversationMarkedUnread.v1': ({ conversationId }, place) => [
      { type: 'set-marked-unread', ...own(place, conversationId), markedUnread: true },
    ],
    'ConversationUnreadMarkCleared.v1': ({ conversationId }, place) => [
      { type: 'set-marked-unread', ...own(place, conversationId), markedUnread: false },
    ],
    ...ignoring('MemberAdded.v1', 'MemberJoined.v1', 'MemberLeft.v1', 'MemberRemoved.v1', 'MemberRoleChanged.v1'),
    ...ignoring('OwnershipTransferred.v1', 'ReactionAdded.v1', 'ReactionRemoved.v1'),
    ...ignoring('InviteCreated.v1', 'InviteRevoked.v1', 'WatermarksAdvanced.v1', ...personalTypes),
  }),
};

const at = ({ id, position }: EventPlace) => ({ position, conversationId: id });

const own = ({ id, position }: EventPlace, conversationId: string) => ({ position, conversationId, userId: id });
