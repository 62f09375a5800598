import type { ComponentType } from 'preact';

/**
 * Pages of their own, at `#/<name>`. Each is a file that is loaded when somebody goes there; a further one is a further
 * line here. `inMenu`: what the menu calls it.
 */
export interface PageDefinition {
  readonly title: string;
  readonly inMenu: boolean;
  load(): Promise<ComponentType<{ readonly parts: readonly string[] }>>;
}

export const pages: Readonly<Record<string, PageDefinition>> = {
  settings: {
    title: 'You and your devices',
    inMenu: true,
    load: async () => (await import('./settings-page.js')).SettingsPage,
  },
  search: { title: 'Search', inMenu: true, load: async () => (await import('./search-page.js')).SearchPage },
  join: { title: 'Invitation', inMenu: false, load: async () => (await import('./join-page.js')).JoinPage },
};
