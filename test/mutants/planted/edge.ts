import type { Mutant, Suite } from '../mutant.js';

const sync: Suite = { project: 'unit', paths: ['apps/gateway/src/sync', 'apps/gateway/src/push'] };
const client: Suite = { project: 'unit', paths: ['libs/client/src'] };

export const edgeMutants: readonly Mutant[] = [
  {
    name: 'cursor-one-too-far',
    breaks: 'a cursor never passes what was sent',
    file: 'apps/gateway/src/sync/replay.ts',
    find: 'caughtUpFrame(cursors.encodePosition(from), request.ref)',
    replace: 'caughtUpFrame(cursors.encodePosition(from + 1), request.ref)',
    suite: sync,
  },
  {
    name: 'duplicate-at-the-seam',
    breaks: 'nothing twice after a reconnect',
    file: 'apps/gateway/src/sync/subscription.ts',
    find: 'this.#pushed = replayed;',
    replace: '',
    suite: sync,
  },
  {
    name: 'removed-member-still-receives',
    breaks: 'nothing after a removal reaches the removed',
    file: 'apps/gateway/src/push/hub.ts',
    find: 'else this.#audiences.leave(change.conversationId, person);',
    replace: '',
    suite: sync,
  },
  {
    name: 'lost-batch-unnoticed',
    breaks: 'a gap is never hidden',
    file: 'apps/gateway/src/push/hub.ts',
    find: 'if (batch.previous > this.#position) this.#onLoss(batch.previous);',
    replace: '',
    suite: sync,
  },
  {
    name: 'presence-of-a-closed-socket',
    breaks: "an old socket's close does not end the new session",
    file: 'libs/embedded/src/presence/presence-store.ts',
    find: 'if (person?.devices.get(deviceId)?.connectionId !== connectionId) return;',
    replace: 'if (person === undefined) return;',
    suite: { project: 'integration', paths: ['test/contract/presence.embedded.spec.ts'] },
  },
  {
    name: 'client-takes-older-view',
    breaks: 'the newest position wins on a device',
    file: 'libs/client/src/state/timeline.ts',
    find: 'return comparePositions(next.position, known.position) > 0;',
    replace: 'return comparePositions(next.position, known.position) < 0;',
    suite: client,
  },
  {
    name: 'client-announces-over-a-hole',
    breaks: 'messages are announced in order',
    file: 'libs/client/src/state/timeline.ts',
    find: '(this.missing.first?.[0] ?? this.highest + 1) - 1',
    replace: 'this.highest',
    suite: client,
  },
  {
    name: 'outbox-renames-what-it-sends-again',
    breaks: 'sent again is the same message, never a second one',
    file: 'libs/client/src/live/outbox.ts',
    find: 'const name = { conversationId, clientMessageId };',
    replace: 'const name = { conversationId, clientMessageId: `${clientMessageId}-${Math.random()}` };',
    suite: client,
  },
];
