import type { CursorCodec } from '@parley/platform';
import type { InboxPage, ReadModels } from '@parley/ports';
import type { Subscription, SyncRequest } from './subscription.js';

export interface SnapshotDependencies {
  readonly models: Pick<ReadModels, 'inbox'>;
  readonly cursors: Pick<CursorCodec, 'encodePosition'>;
  readonly snapshotPageSize: number;
  readonly onPage: (kind: 'snapshot' | 'changes') => void;
}

/**
 * The conversation list for a device that has nothing, newest activity first, page by page.
 *
 * @returns the position of its first page: whatever changed while the others were read comes again as changes after
 * it. null when the replay is no longer wanted.
 */
export async function snapshot(
  subscription: Subscription,
  run: number,
  request: SyncRequest,
  { models, cursors, snapshotPageSize, onPage }: SnapshotDependencies,
): Promise<number | null> {
  const { transport, person } = subscription;
  const sent = new Set<string>();
  let position: number | null = null;
  let before: { readonly activity: number; readonly conversationId: string } | undefined;
  for (;;) {
    await transport.flushed();
    const page: InboxPage = await models.inbox.entries({
      userId: person.userId,
      limit: snapshotPageSize,
      archived: true,
      ...(before === undefined ? {} : { before }),
    });
    if (!subscription.isRunning(run)) return null;
    const isFirst = position === null;
    position ??= page.position;
    const entries = page.entries.map((entry) => entry.json);
    for (const entry of page.entries) sent.add(entry.conversationId);
    const last = page.entries.at(-1);
    if (page.hasMore && last !== undefined) before = { activity: last.activity, conversationId: last.conversationId };
    else {
      if (!isFirst) entries.push(...(await overtaken(subscription, sent, models)));
      if (!subscription.isRunning(run)) return null;
      transport.send(snapshotFrame(entries, cursors.encodePosition(position), request.ref));
      onPage('snapshot');
      return position;
    }
    transport.send(snapshotFrame(entries, null, request.ref));
    onPage('snapshot');
  }
}

/** Conversations that moved up past the page while it was read: they stood below it before and above it after. */
async function overtaken(
  { person }: Subscription,
  sent: ReadonlySet<string>,
  models: Pick<ReadModels, 'inbox'>,
): Promise<string[]> {
  await person.whenReady();
  const entries: string[] = [];
  for (const conversationId of person.conversations.keys()) {
    const entry = sent.has(conversationId) ? null : await models.inbox.entry(person.userId, conversationId);
    if (entry !== null) entries.push(entry);
  }
  return entries;
}

/** `cursor`: of the last page. */
const snapshotFrame = (entries: readonly string[], cursor: string | null, ref: number | undefined): string =>
  `{"type":"snapshot"${ref === undefined ? '' : `,"ref":${ref}`},"entries":[${entries.join(',')}],${
    cursor === null ? '"more":true' : `"cursor":"${cursor}","more":false`
  }}`;
