import type { ConversationEvent } from './conversation-events.js';
import type { ReceiptEvent } from './receipt-events.js';
import type { UserEvent } from './user-events.js';

/** Everything that this system stores. */
export type ParleyEvent = ConversationEvent | ReceiptEvent | UserEvent;
