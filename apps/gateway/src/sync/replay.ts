import { type CursorCodec, type Logger, ParleyError } from '@parley/platform';
import { type EventLogReader, EventLogUnavailable, ReadModelUnavailable, type ReadModels } from '@parley/ports';
import { changesFrame } from '../push/change-set.js';
import type { Hub } from '../push/hub.js';
import { errorFrame } from '../session/error-frame.js';
import { isAheadOfLog } from './ahead-of-log.js';
import { snapshot } from './snapshot.js';
import type { Replay, Subscription, SyncRequest } from './subscription.js';

export interface ReplayDependencies {
  readonly hub: Pick<Hub, 'position'>;
  readonly models: Pick<ReadModels, 'inbox' | 'positions'>;
  readonly log: Pick<EventLogReader, 'info'>;
  readonly cursors: Pick<CursorCodec, 'encodePosition'>;
  readonly logger: Logger;
  /** Changes in a page. */
  readonly pageSize: number;
  /** Conversations in a page of a snapshot. */
  readonly snapshotPageSize: number;
  /** How long to wait for reads to catch up before looking again. */
  readonly waitMs: number;
  readonly onPage: (kind: 'snapshot' | 'changes') => void;
}

/** First wait after a read that failed; doubled up to the last. */
const firstRetryMs = 500;
const lastRetryMs = 10_000;

/**
 * Brings a device up to date and hands it over to the live push: subscribe first, then read page by page up to where
 * the subscription began, then what arrived meanwhile, with nothing in between. A page is read when the former has
 * left. Engines that are away are waited for: the device is told once, and goes on from where it was.
 */
export function createReplay(deps: ReplayDependencies): Replay {
  return (subscription, run, request) => {
    void replay(subscription, run, request, deps);
  };
}

async function replay(
  subscription: Subscription,
  run: number,
  request: SyncRequest,
  deps: ReplayDependencies,
): Promise<void> {
  const progress = { from: request.from };
  for (let wait = firstRetryMs; subscription.isRunning(run); wait = Math.min(wait * 2, lastRetryMs)) {
    try {
      await catchUp(subscription, run, request, progress, deps);
      return;
    } catch (error) {
      if (!(error instanceof ReadModelUnavailable || error instanceof EventLogUnavailable)) {
        deps.logger.error({ err: error }, 'a replay failed');
        subscription.transport.giveUp();
        return;
      }
      if (!subscription.isRunning(run)) return;
      if (wait === firstRetryMs) {
        const told = new ParleyError('feature_unavailable', { detail: 'sync goes on by itself', retryAfterMs: wait });
        subscription.transport.send(errorFrame(told, request.ref));
      }
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}

/** `progress` lives on when a read fails: what was sent is not sent again. */
async function catchUp(
  subscription: Subscription,
  run: number,
  request: SyncRequest,
  progress: { from: number | null },
  deps: ReplayDependencies,
): Promise<void> {
  const { transport, person } = subscription;
  const { hub, models, cursors } = deps;
  const running = (): boolean => subscription.isRunning(run);

  if (progress.from === null) progress.from = await snapshot(subscription, run, request, deps);
  else if (!(await isReachable(progress.from, subscription, run, deps))) return;
  let from = progress.from;

  while (from !== null && running()) {
    await transport.flushed();
    await person.whenReady();
    if (!running()) return;
    // The hub keeps for us what comes from here on; a page that reaches this far leaves no gap to it.
    const floor = Math.max(hub.position, person.asOf);
    const buffer = subscription.openBuffer();
    const page = await models.inbox.changes(person.userId, from, deps.pageSize);
    if (!running()) return;
    progress.from = from = Math.max(from, page.upTo);
    if (page.changes.length > 0) {
      const changes = page.changes.map((change) => change.json);
      transport.send(changesFrame(changes, cursors.encodePosition(from), false));
      deps.onPage('changes');
    }
    if (page.hasMore) {
      subscription.dropBuffer();
      // Nothing was sent that would have to leave: others get their turn before the next page.
      if (page.changes.length === 0) await new Promise((resolve) => setImmediate(resolve));
      continue;
    }
    await transport.flushed();
    if (!running()) return;
    if (buffer.overflowed || !person.ready) continue;
    if (from < floor) await models.positions.waitFor(floor, deps.waitMs);
    else {
      transport.send(caughtUpFrame(cursors.encodePosition(from), request.ref));
      subscription.goLive(from, buffer, cursors.encodePosition(hub.position));
      return;
    }
  }
}

/** false: nothing can be brought from there; the device was told, or is gone. */
async function isReachable(
  from: number,
  subscription: Subscription,
  run: number,
  deps: ReplayDependencies,
): Promise<boolean> {
  while (deps.models.positions.safePosition() < from) {
    if (await isAheadOfLog(from, { positions: deps.models.positions, log: deps.log }, deps.waitMs)) {
      subscription.transport.send('{"type":"resync","reason":"the cursor is ahead of this server\'s event log"}');
      return false;
    }
    if (!subscription.isRunning(run)) return false;
  }
  return true;
}

const caughtUpFrame = (cursor: string, ref: number | undefined): string =>
  `{"type":"caught_up"${ref === undefined ? '' : `,"ref":${ref}`},"cursor":"${cursor}"}`;
