import type { DecodedEvent, MessageContent, ParleyEvent } from '@parley/events';
import type { Projection, SearchOperation } from '@parley/ports';
import { idOfStream, nothing, unreachable } from '../projection-kit.js';

/** Message search: what was said, as it stands now. Raise the version whenever folding or cutting changes. */
export const search: Projection<'search'> = { name: 'search', version: 1, evolve };

function evolve({ event, recorded }: DecodedEvent<ParleyEvent>): readonly SearchOperation[] {
  const { position } = recorded;
  switch (event.type) {
    case 'MessageSent.v1': {
      const { sequence, senderId, content, mentions = [] } = event.data;
      const conversationId = idOfStream(recorded.stream);
      const text = searchableText(content);
      return [
        { type: 'index-message', position, conversationId, sequence, senderId, time: recorded.time, text, mentions },
      ];
    }
    case 'MessageEdited.v1': {
      const { sequence, content, mentions = [] } = event.data;
      const conversationId = idOfStream(recorded.stream);
      return [{ type: 'edit-message', position, conversationId, sequence, text: searchableText(content), mentions }];
    }
    case 'MessageDeleted.v1': {
      const { sequence } = event.data;
      return [{ type: 'remove-message', position, conversationId: idOfStream(recorded.stream), sequence }];
    }
    case 'ConversationStarted.v1':
    case 'ConversationRenamed.v1':
    case 'ConversationDescribed.v1':
    case 'MemberAdded.v1':
    case 'MemberJoined.v1':
    case 'MemberLeft.v1':
    case 'MemberRemoved.v1':
    case 'MemberRoleChanged.v1':
    case 'OwnershipTransferred.v1':
    case 'InviteCreated.v1':
    case 'InviteRevoked.v1':
    case 'ReactionAdded.v1':
    case 'ReactionRemoved.v1':
    case 'MessagePinned.v1':
    case 'MessageUnpinned.v1':
    case 'WatermarksAdvanced.v1':
    case 'UserRegistered.v1':
    case 'ProfileChanged.v1':
    case 'DeviceAdded.v1':
    case 'DeviceRemoved.v1':
    case 'UserBlocked.v1':
    case 'UserUnblocked.v1':
    case 'ConversationMuted.v1':
    case 'ConversationUnmuted.v1':
    case 'ConversationArchived.v1':
    case 'ConversationUnarchived.v1':
    case 'ConversationMarkedUnread.v1':
    case 'ConversationUnreadMarkCleared.v1':
      return nothing;
    default:
      return unreachable(event);
  }
}

/** null for what the server cannot read: it is found by sender, conversation and day only. */
function searchableText(content: MessageContent): string | null {
  switch (content.type) {
    case 'text.v1':
      return content.text;
    case 'sealed.v1':
      return null;
    default:
      throw new TypeError(`no rule for ${JSON.stringify(content satisfies never)}`);
  }
}
