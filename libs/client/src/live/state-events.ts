import type { MessageView } from '@parley/protocol';
import type { Emitter } from '../emitter.js';
import type { ClientEvents } from '../events.js';
import type { StateEvent } from '../state/local-state.js';

interface MessageName {
  readonly conversationId: string;
  readonly sequence: number;
  readonly messageId: string;
}

/** How a ledger names a message. */
export const nameOf = ({ conversationId, sequence, id: messageId }: MessageView): MessageName => ({
  conversationId,
  sequence,
  messageId,
});

/** Events that are passed on as they are. */
type ViewEvent = Exclude<StateEvent, { type: 'message' | 'joined' | 'departed' | 'conversation' }>;

export function emitView(events: Emitter<ClientEvents>, event: ViewEvent): void {
  switch (event.type) {
    case 'messageChanged':
      events.emit('messageChanged', event.message);
      break;
    case 'notice':
      events.emit('notice', event.notice);
      break;
    case 'member':
      events.emit('member', event.member);
      break;
    case 'receipts':
      events.emit('receipts', event.receipts);
      break;
    case 'person':
      events.emit('person', event.person);
      break;
  }
}
