/** Kinds of changes in the order in which those of one event are told: what must be known first comes first. */
const changeKinds = [
  'joined',
  'member',
  'notice',
  'message',
  'departed',
  'conversation',
  'receipts',
  'readState',
  'settings',
  'person',
] as const;
export type ChangeKind = (typeof changeKinds)[number];

export const rankOfChange = (kind: ChangeKind): number => changeKinds.indexOf(kind);

/** A `Change` of the protocol around the JSON of its view. */
export const changeJson = (kind: ChangeKind, position: number, view: string): string =>
  `{"kind":"${kind}","position":"${position}","${kind === 'joined' ? 'entry' : kind}":${view}}`;

/**
 * Conversations of whose messages these changes say that they were edited or deleted. One of them may have been counted
 * as a mention before: how many are unread now is to be told with them.
 */
export function conversationsRewritten(changes: readonly { readonly json: string }[]): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { json } of changes) {
    // Inside of a text the quotes would be escaped.
    const rewritten = json.includes('"editedAt":') || json.includes('"deletedAt":');
    if (!rewritten || !json.startsWith('{"kind":"message"')) continue;
    const { message } = JSON.parse(json) as { readonly message: { readonly conversationId: string } };
    found.add(message.conversationId);
  }
  return found;
}

/** The change of a conversation view with these pins only. */
export function withPins(change: string, pins: readonly number[]): string {
  const { conversation, ...rest } = JSON.parse(change) as { readonly conversation: object };
  return JSON.stringify({ ...rest, conversation: { ...conversation, pins } });
}
