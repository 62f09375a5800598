import type { MessageContent } from '@parley/events';
import type { Projection, SearchOperation } from '@parley/ports';
import { evolveBy, ignoring, personalTypes, settingTypes } from '../rules.js';

/** Message search: what was said, as it stands now. Raise the version whenever folding or cutting changes. */
export const search: Projection<'search'> = {
  name: 'search',
  version: 1,
  evolve: evolveBy<SearchOperation>({
    'MessageSent.v1': ({ sequence, senderId, content, mentions = [] }, { id, position, time }) => [
      {
        type: 'index-message',
        position,
        conversationId: id,
        sequence,
        senderId,
        time,
        text: searchableText(content),
        mentions,
      },
    ],
    'MessageEdited.v1': ({ sequence, content, mentions = [] }, { id, position }) => [
      { type: 'edit-message', position, conversationId: id, sequence, text: searchableText(content), mentions },
    ],
    'MessageDeleted.v1': ({ sequence }, { id, position }) => [
      { type: 'remove-message', position, conversationId: id, sequence },
    ],
    ...ignoring('ConversationStarted.v1', 'ConversationRenamed.v1', 'ConversationDescribed.v1'),
    ...ignoring('MemberAdded.v1', 'MemberJoined.v1', 'MemberLeft.v1', 'MemberRemoved.v1', 'MemberRoleChanged.v1'),
    ...ignoring('OwnershipTransferred.v1', 'InviteCreated.v1', 'InviteRevoked.v1'),
    ...ignoring('ReactionAdded.v1', 'ReactionRemoved.v1', 'MessagePinned.v1', 'MessageUnpinned.v1'),
    ...ignoring('WatermarksAdvanced.v1', ...personalTypes, ...settingTypes),
  }),
};

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
