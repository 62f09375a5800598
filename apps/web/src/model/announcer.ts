import { signal } from '@preact/signals';
import type { MessageView } from '@parley/client';

/** Said by screen readers when they have nothing better to say: news in batches, outcomes at once. */
export const announcement = signal('');

const everyMs = 2000;
let waiting: MessageView[] = [];
/** Set by the page: what one hears of a batch. */
let describe: (messages: readonly MessageView[]) => string = () => '';

export function describeBatches(how: typeof describe): void {
  describe = how;
}

export function announce(text: string): void {
  announcement.value = text;
}

export function announceMessage(message: MessageView): void {
  if (waiting.length === 0) setTimeout(flush, everyMs);
  waiting.push(message);
}

function flush(): void {
  const text = describe(waiting);
  waiting = [];
  if (text !== '') announce(text);
}
