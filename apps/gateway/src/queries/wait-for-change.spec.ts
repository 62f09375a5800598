import type { ChangesPage } from '@parley/ports';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Hub } from '../push/hub.js';
import { silentLogger } from '../testing/silent-logger.kit.js';
import { World } from '../testing/world.kit.js';
import { waitForChange } from './wait-for-change.js';

const userId = 'usr_anna1';
let world: World;
let hub: Hub;
beforeEach(() => {
  world = new World();
  hub = new Hub({ delivery: world, models: world.models, cursors: { encodePosition: String }, logger: silentLogger });
  world.append({ type: 'join', conversationId: 'cnv_1', userId });
  world.project();
  world.publish();
});
afterEach(() => hub.close());

const wait = (waitMs: number, gone = new AbortController().signal) => {
  const read = vi.fn<() => Promise<ChangesPage>>(() => world.models.inbox.changes(userId, 10, 100));
  const answer = waitForChange({ hub, userId, waitMs, gone, read, isEmpty: (page) => page.changes.length === 0 });
  return { read, answer };
};
const say = (conversationId: string): void => {
  world.append({ type: 'message', conversationId });
  world.project();
  world.publish();
};

describe('waiting for a change', () => {
  it('answers at once when there is one', async () => {
    say('cnv_1');
    const { answer } = wait(10_000);
    expect((await answer).changes).toHaveLength(1);
  });

  it('answers as soon as there is one, and looks only when something concerns the person', async () => {
    const { read, answer } = wait(10_000);
    await vi.waitFor(() => expect(read).toHaveBeenCalledTimes(1));
    say('cnv_elsewhere');
    say('cnv_1');
    expect((await answer).changes).toHaveLength(1);
    expect(read).toHaveBeenCalledTimes(2);
  });

  it('notices what was lost on the way', async () => {
    const { read, answer } = wait(10_000);
    await vi.waitFor(() => expect(read).toHaveBeenCalledTimes(1));
    world.append({ type: 'message', conversationId: 'cnv_1' });
    world.project();
    world.publish({ lost: true });
    say('cnv_elsewhere');
    expect((await answer).changes).toHaveLength(1);
  });

  it('answers with nothing when the time is over, and leaves nothing behind', async () => {
    const { answer } = wait(30);
    expect((await answer).changes).toEqual([]);
    expect(hub.person(userId)).toBeUndefined();
  });

  it('ends when nobody waits for it any longer', async () => {
    const controller = new AbortController();
    const { read, answer } = wait(10_000, controller.signal);
    await vi.waitFor(() => expect(read).toHaveBeenCalledTimes(1));
    controller.abort();
    expect((await answer).changes).toEqual([]);
    expect(hub.person(userId)).toBeUndefined();
  });
});
