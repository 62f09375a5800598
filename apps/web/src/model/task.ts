import type { MessageView } from '@parley/client';

/** What the writer is doing to a message. */
export interface Task {
  readonly kind: 'reply' | 'edit';
  readonly message: MessageView;
}
