import { type ParleyEvent, userStream } from '@parley/events';
import { headOf, readStream } from '../log/read-stream.js';
import type { LogSource } from '../sources.js';

export interface Settings {
  readonly muted: boolean;
  readonly mutedUntil: string | null;
  readonly archived: boolean;
  readonly markedUnread: boolean;
}

type OfPerson = ReadonlyMap<string, Settings>;

const usual: Settings = { muted: false, mutedUntil: null, archived: false, markedUnread: false };

/** What people have set for their conversations. A person's stream is read again only after it has grown. */
export class SettingsFolds {
  readonly #folds = new Map<string, { readonly head: number; readonly byConversation: OfPerson }>();

  constructor(private readonly log: LogSource) {}

  /** As of now. */
  async settingsOf(userId: string, conversationId: string): Promise<Settings> {
    const stream = userStream(userId);
    const head = await headOf(this.log, stream);
    let fold = this.#folds.get(userId);
    if (fold?.head !== head) {
      fold = { head, byConversation: await foldSettings(this.log, stream) };
      this.#folds.set(userId, fold);
    }
    return fold.byConversation.get(conversationId) ?? usual;
  }
}

async function foldSettings(log: LogSource, stream: string): Promise<OfPerson> {
  const settings = new Map<string, Settings>();
  for await (const page of readStream(log, stream)) {
    for (const { event } of page) {
      const change = changeOf(event);
      if (change === null || !('conversationId' in event.data)) continue;
      const { conversationId } = event.data;
      settings.set(conversationId, { ...(settings.get(conversationId) ?? usual), ...change });
    }
  }
  return settings;
}

function changeOf({ type, data }: ParleyEvent): Partial<Settings> | null {
  if (type === 'ConversationMuted.v1') {
    return { muted: true, mutedUntil: data.until === null ? null : new Date(data.until).toISOString() };
  }
  if (type === 'ConversationUnmuted.v1') return { muted: false, mutedUntil: null };
  if (type === 'ConversationArchived.v1') return { archived: true };
  if (type === 'ConversationUnarchived.v1') return { archived: false };
  if (type === 'ConversationMarkedUnread.v1') return { markedUnread: true };
  if (type === 'ConversationUnreadMarkCleared.v1') return { markedUnread: false };
  return null;
}
