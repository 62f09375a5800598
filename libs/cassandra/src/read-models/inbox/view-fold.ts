import type { ConversationFacts, InboxOperation } from '@parley/ports';

/** The conversation itself, as its members see it. */
export interface ConversationHead extends ConversationFacts {
  /** Of the last event that is in the row. */
  readonly position: number;
  /** Of the last one that changed the view. */
  readonly viewPosition: number;
}

export type HeadOperation = Extract<
  InboxOperation,
  { type: 'start-conversation' | 'set-title' | 'set-description' | 'delete-message' | 'pin' | 'unpin' }
>;

export const isOfHead = (operation: InboxOperation): operation is HeadOperation => {
  switch (operation.type) {
    case 'start-conversation':
    case 'set-title':
    case 'set-description':
    case 'delete-message':
    case 'pin':
    case 'unpin':
      return true;
    case 'add-mentions':
    case 'set-mentions':
    case 'set-muted':
    case 'set-archived':
    case 'set-marked-unread':
      return false;
    default:
      throw new TypeError(`no rule for ${JSON.stringify(operation satisfies never)}`);
  }
};

/** The head after an operation; null: there is no such conversation. One that is ahead has it already. */
export function stepHead(
  head: ConversationHead | null,
  operation: HeadOperation,
  late: boolean,
): ConversationHead | null {
  const { position } = operation;
  if (operation.type === 'start-conversation') {
    const { kind, title, description, peerIds, startedAt } = operation;
    const started = { kind, title, description, peerIds, startedAt, pins: [], position, viewPosition: position };
    return head ?? started;
  }
  if (head === null) return null;
  if (!late && position <= head.position) return head;
  const seen = { ...head, position: Math.max(head.position, position) };
  const changed = { ...seen, viewPosition: Math.max(head.viewPosition, position) };
  switch (operation.type) {
    case 'set-title':
      return { ...changed, title: operation.title };
    case 'set-description':
      return { ...changed, description: operation.description };
    case 'delete-message':
    case 'unpin': {
      const pins = head.pins.filter((sequence) => sequence !== operation.sequence);
      return pins.length === head.pins.length ? seen : { ...changed, pins };
    }
    case 'pin': {
      const pins = [...head.pins.filter((sequence) => sequence !== operation.sequence), operation.sequence];
      return JSON.stringify(pins) === JSON.stringify(head.pins) ? seen : { ...changed, pins };
    }
    default:
      throw new TypeError(`no rule for ${JSON.stringify(operation satisfies never)}`);
  }
}
