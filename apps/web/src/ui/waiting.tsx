import type { OutgoingMessage } from '@parley/client';
import { call } from '../model/chat.js';

/** A message of one's own that the server has not accepted yet, or refused. */
export function Waiting({ message }: { readonly message: OutgoingMessage }) {
  const text = message.content?.type === 'text.v1' ? message.content.text : 'Forwarded message';
  const isFailed = message.status === 'failed';
  return (
    <div class={`message own waiting ${message.status}`} data-line id={`w${message.clientMessageId}`}>
      <div class="bubble">
        <div class="text">{text}</div>
        <div class="meta">{isFailed ? `Not sent: ${message.error?.message ?? ''}` : '🕓 waits to be sent'}</div>
        {isFailed && (
          <div class="actions shown">
            <button type="button" onClick={() => void call.retry(message)}>
              Try again
            </button>
            <button type="button" onClick={() => void call.dismiss(message)}>
              Discard
            </button>
          </div>
        )}
      </div>
    </div>
  );
}
