import type { ReadModels, UserPresence } from '@parley/ports';
import type { PresenceView } from '@parley/protocol';

/** What may not be seen looks like somebody who was never here. */
export const hiddenPresence = (userId: string): PresenceView => ({ userId, state: 'offline', lastSeen: null });

export const presenceViewOf = ({ userId, state, lastSeen }: UserPresence): PresenceView => ({
  userId,
  state,
  lastSeen: lastSeen === null ? null : new Date(lastSeen).toISOString(),
});

/** Who may see whose presence: people who share a conversation, unless the person shows it to nobody. */
export class PresenceVisibility {
  constructor(private readonly models: Pick<ReadModels, 'membership' | 'people'>) {}

  async isVisible(viewerId: string, userId: string): Promise<boolean> {
    if (viewerId === userId) return true;
    return (await this.isShown(userId)) && this.share(viewerId, userId);
  }

  async isShown(userId: string): Promise<boolean> {
    return (await this.models.people.presenceVisibility(userId)) === 'shared';
  }

  share(viewerId: string, userId: string): Promise<boolean> {
    if (viewerId === userId) return Promise.resolve(true);
    return this.models.membership.shareConversation(viewerId, userId);
  }
}
