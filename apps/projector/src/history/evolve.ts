import type { HistoryOperation, NoticeFacts, Projection } from '@parley/ports';
import type { NoticeView } from '@parley/protocol';
import { timeText } from '../projection-kit.js';
import { type EventPlace, evolveBy, ignoring, personalTypes, settingTypes } from '../rules.js';
import { messageJson } from './message-json.js';

/** Messages as they stand, and the notices between them. */
export const history: Projection<'history'> = {
  name: 'history',
  version: 2,
  evolve: evolveBy<HistoryOperation>({
    'MessageSent.v1': (data, { id, position, revision, time }) => {
      const { sequence, senderId } = data;
      const json = messageJson(id, data, time);
      return [{ type: 'add-message', position, revision, conversationId: id, sequence, senderId, json }];
    },
    'MessageEdited.v1': ({ sequence, content, mentions = [] }, place) => [
      { type: 'edit-message', ...at(place), sequence, content, mentions, editedAt: timeText(place.time) },
    ],
    'MessageDeleted.v1': ({ sequence, deletedBy }, place) => [
      { type: 'delete-message', ...at(place), sequence, deletedBy, deletedAt: timeText(place.time) },
    ],
    'ReactionAdded.v1': (data, place) => [{ type: 'add-reaction', ...at(place), ...data }],
    'ReactionRemoved.v1': (data, place) => [{ type: 'remove-reaction', ...at(place), ...data }],
    'MessagePinned.v1': ({ sequence }, place) => [{ type: 'pin-message', ...at(place), sequence }],
    'MessageUnpinned.v1': ({ sequence }, place) => [{ type: 'unpin-message', ...at(place), sequence }],
    'ConversationStarted.v1': ({ startedBy, title }, place) =>
      notice(place, 'started', startedBy, title === null ? {} : { title }),
    'ConversationRenamed.v1': ({ renamedBy, title }, place) => notice(place, 'renamed', renamedBy, { title }),
    'ConversationDescribed.v1': ({ describedBy }, place) => notice(place, 'described', describedBy),
    'MemberAdded.v1': ({ addedBy, userId, role }, place) => notice(place, 'added', addedBy, { userId, role }),
    'MemberJoined.v1': ({ userId, role }, place) => notice(place, 'joined', userId, { userId, role }),
    'MemberLeft.v1': ({ userId }, place) => notice(place, 'left', userId, { userId }),
    'MemberRemoved.v1': ({ removedBy, userId }, place) => notice(place, 'removed', removedBy, { userId }),
    'MemberRoleChanged.v1': ({ changedBy, userId, role }, place) =>
      notice(place, 'role_changed', changedBy, { userId, role }),
    'OwnershipTransferred.v1': ({ from, to }, place) =>
      notice(place, 'ownership_transferred', from, { userId: to, role: 'owner' }),
    'InviteCreated.v1': (_, place) => [{ type: 'pass', ...at(place) }],
    'InviteRevoked.v1': (_, place) => [{ type: 'pass', ...at(place) }],
    ...ignoring('WatermarksAdvanced.v1', ...personalTypes, ...settingTypes),
  }),
};

const at = ({ id, position, revision }: EventPlace) => ({ position, revision, conversationId: id });

function notice(
  place: EventPlace,
  type: NoticeView['type'],
  actorId: string,
  about: Pick<NoticeFacts, 'userId' | 'title' | 'role'> = {},
): readonly HistoryOperation[] {
  return [{ type: 'add-notice', ...at(place), notice: { type, actorId, time: timeText(place.time), ...about } }];
}
