import type { MessageView, ServerFrameOf } from '@parley/protocol';
import { maxHistoryPage } from '../constants.js';
import type { Timeline } from '../state/timeline.js';

export interface MessageStreamSource {
  timeline(conversationId: string): Timeline | undefined;
  history(conversationId: string, after: number, limit: number): Promise<ServerFrameOf<'history'>>;
  /** Resolves true when something of the conversation was announced, false when nothing more will come. */
  changed(conversationId: string): Promise<boolean>;
}

/**
 * The messages of a conversation after `after`, in order, without end: from the window where they are held, from
 * history where the reader is behind it. It keeps a sequence and nothing else, so a slow reader costs no memory. Ends
 * when one leaves the conversation or the client is closed.
 */
export async function* messageStream(
  source: MessageStreamSource,
  conversationId: string,
  after: number,
): AsyncGenerator<MessageView, void, undefined> {
  let done = after;
  for (;;) {
    const timeline = source.timeline(conversationId);
    if (timeline !== undefined && done < timeline.announced) {
      if (done + 1 >= timeline.floor) {
        done++;
        const message = timeline.get(done);
        if (message !== undefined) yield message;
        continue;
      }
      const end = timeline.floor - 1;
      const before = done;
      const page = await source.history(conversationId, done, Math.min(end - done, maxHistoryPage));
      for (const entry of page.entries) {
        if (entry.kind !== 'message' || entry.message.sequence > end) continue;
        done = entry.message.sequence;
        yield entry.message;
      }
      if (done === before || !page.hasMoreAfter) done = Math.max(done, end);
      continue;
    }
    if (!(await source.changed(conversationId))) return;
  }
}
