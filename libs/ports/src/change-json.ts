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

/** The change of a conversation view with these pins only. */
export function withPins(change: string, pins: readonly number[]): string {
  const { conversation, ...rest } = JSON.parse(change) as { readonly conversation: object };
  return JSON.stringify({ ...rest, conversation: { ...conversation, pins } });
}
