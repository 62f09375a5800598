/** What was written and not sent, by conversation: over a reload, for this browser. */
const key = (userId: string, conversationId: string): string => `parley-draft/${userId}/${conversationId}`;

export const draftOf = (userId: string, conversationId: string): string =>
  localStorage.getItem(key(userId, conversationId)) ?? '';

export function keepDraft(userId: string, conversationId: string, text: string): void {
  if (text === '') localStorage.removeItem(key(userId, conversationId));
  else localStorage.setItem(key(userId, conversationId), text);
}

/** On logging out. */
export function forgetDrafts(): void {
  for (const each of Object.keys(localStorage)) if (each.startsWith('parley-draft/')) localStorage.removeItem(each);
}
