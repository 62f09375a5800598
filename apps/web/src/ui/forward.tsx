import type { MessageView } from '@parley/client';
import { announce } from '../model/announcer.js';
import { call, conversations, titleOf } from '../model/chat.js';
import { Dialog } from './dialog.js';
import { plainText } from './text.js';

/** Sends a message on to another conversation. */
export function Forward({ message, onClose }: { readonly message: MessageView; readonly onClose: () => void }) {
  return (
    <Dialog title="Forward to" onClose={onClose}>
      <p class="soft clip">{plainText(message)}</p>
      <ul class="choices">
        {conversations.value
          .filter(
            ({ id, conversation, role }) =>
              id !== message.conversationId && (conversation?.kind !== 'channel' || role !== 'member'),
          )
          .map((item) => (
            <li key={item.id}>
              <button
                type="button"
                onClick={() => {
                  void call.forward(message, item.id);
                  announce(`Forwarded to ${titleOf(item)}`);
                  onClose();
                }}
              >
                {titleOf(item)}
              </button>
            </li>
          ))}
      </ul>
    </Dialog>
  );
}
