import { EventLogUnavailable } from '@parley/ports';
import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { Hub } from '../push/hub.js';
import type { SharedFrame } from '../socket/outbox.js';
import { silentLogger } from '../testing/silent-logger.kit.js';
import { type Gate, type SeenChange, World } from '../testing/world.kit.js';
import { createReplay } from './replay.js';
import { Subscription, type SyncTransport } from './subscription.js';

const cursors = { encodePosition: String };
const users = ['usr_ann', 'usr_bob', 'usr_cat'];
const conversations = ['cnv_1', 'cnv_2', 'cnv_3'];

/** What a device was sent, and a connection that the test can make slow. */
class Device implements SyncTransport {
  open = true;
  readonly frames: Record<string, unknown>[] = [];
  readonly #stalled: (() => void)[] = [];
  stalling = false;

  send(frame: string | SharedFrame): void {
    if (this.open) this.frames.push(JSON.parse(typeof frame === 'string' ? frame : frame.json));
  }

  flushed(): Promise<void> {
    return this.stalling ? new Promise((resolve) => this.#stalled.push(resolve)) : Promise.resolve();
  }

  flow(): void {
    this.stalling = false;
    for (const resolve of this.#stalled.splice(0)) resolve();
  }

  giveUp(): void {
    throw new Error('the replay gave up');
  }

  get changes(): SeenChange[] {
    return this.frames
      .filter((frame) => frame['type'] === 'changes')
      .flatMap((frame) => frame['changes'] as SeenChange[]);
  }
}

/** Reads wait here until one of them is let on. */
class TestGate implements Gate {
  readonly #waiting: (() => void)[] = [];
  #open = false;

  pass(): Promise<void> {
    return this.#open ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve));
  }

  letOn(which: number): void {
    if (this.#waiting.length > 0) this.#waiting.splice(which % this.#waiting.length, 1)[0]?.();
  }

  letAllOn(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  openForAll(): void {
    this.#open = true;
    this.letAllOn();
  }
}

interface Connected {
  readonly userId: string;
  readonly device: Device;
  readonly subscription: Subscription;
  /** What it had before; null: nothing, it begins with a snapshot. */
  readonly from: number | null;
}

interface SetUpOptions {
  readonly beforeInfo?: () => Promise<void>;
  /** How much positions rise. */
  readonly apart?: number;
}

function setUp({ beforeInfo = () => Promise.resolve(), apart = 10 }: SetUpOptions = {}) {
  const world = new World(apart);
  const gate = new TestGate();
  const hub = new Hub({ delivery: world, models: world.models, cursors, logger: silentLogger });
  const replay = createReplay({
    hub,
    models: world.models,
    log: { info: () => beforeInfo().then(() => ({ events: 0, lastPosition: world.lastPosition, lastTime: null })) },
    cursors,
    logger: silentLogger,
    pageSize: 2,
    snapshotPageSize: 1,
    waitMs: 1,
    onPage: () => undefined,
  });
  const connect = (userId: string, from: number | null): Connected => {
    const device = new Device();
    const subscription = new Subscription(device, replay, 3);
    subscription.person = hub.attach(userId, subscription);
    subscription.start({ from });
    return { userId, device, subscription, from };
  };
  const disconnect = ({ device, subscription }: Connected): void => {
    device.open = false;
    device.flow();
    subscription.close();
    hub.detach(subscription.person, subscription);
  };
  return { world, gate, hub, connect, disconnect };
}

const settle = async (): Promise<void> => {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
};

const user = fc.constantFrom(...users);
const conversationId = fc.constantFrom(...conversations);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('message' as const), conversationId }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('move' as const), conversationId, userId: user }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('react' as const), conversationId, which: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('view' as const), conversationId, which: fc.nat(7) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('project' as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('follow' as const) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('publish' as const), lost: fc.boolean() }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('letOn' as const), which: fc.nat(5) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('settle' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('connect' as const), userId: user, back: fc.option(fc.nat(6)) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('disconnect' as const), which: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('stall' as const), which: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('flow' as const), which: fc.nat(5) }) },
);
const steps = fc.array(step, { minLength: 5, maxLength: 80, size: 'max' });
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

interface Scene extends ReturnType<typeof setUp> {
  readonly connected: Connected[];
  readonly gone: Connected[];
}

const one = ({ connected }: Scene, which: number): Connected | undefined => connected[which % connected.length];

/** What a step does. */
const doing: { readonly [D in Step['do']]: (next: Extract<Step, { do: D }>, scene: Scene) => void | Promise<void> } = {
  message: ({ conversationId }, { world }) => void world.append({ type: 'message', conversationId }),
  move: ({ conversationId, userId }, { world }) => {
    const type = world.isMember(userId, conversationId) ? 'leave' : 'join';
    world.append({ type, conversationId, userId });
  },
  react: ({ conversationId, which }, { world }) => {
    const said = world.said(conversationId);
    const sequence = said[which % said.length];
    if (sequence !== undefined) world.append({ type: 'reaction', conversationId, sequence });
  },
  view: ({ conversationId, which }, { world }) => {
    const pins = world.said(conversationId).filter((_, index) => ((index + 1) & which) !== 0);
    world.append({ type: 'view', conversationId, pins });
  },
  project: (_next, { world }) => world.project(),
  follow: (_next, { world }) => world.follow(),
  publish: ({ lost }, { world }) => world.publish({ lost }),
  letOn: ({ which }, { gate }) => gate.letOn(which),
  settle: async (_next, { gate }) => {
    for (let i = 0; i < 8; i++) {
      gate.letAllOn();
      await settle();
    }
  },
  connect: ({ userId, back }, { world, connected, connect }) => {
    connected.push(connect(userId, back === null ? null : Math.max(0, world.projected - back * 10)));
  },
  disconnect: ({ which }, scene) => {
    const ended = one(scene, which);
    if (ended === undefined) return;
    scene.connected.splice(scene.connected.indexOf(ended), 1);
    scene.disconnect(ended);
    scene.gone.push(ended);
  },
  stall: ({ which }, scene) => {
    const slow = one(scene, which);
    if (slow !== undefined) slow.device.stalling = true;
  },
  flow: ({ which }, scene) => one(scene, which)?.device.flow(),
};

async function run(steps: readonly Step[], { lagging = false, apart = 10 } = {}): Promise<Scene> {
  const scene: Scene = { ...setUp({ apart }), connected: [], gone: [] };
  const { world, gate, hub, connected } = scene;
  for (const userId of users) world.append({ type: 'join', conversationId: 'cnv_1', userId });
  world.project();
  world.publish();
  world.gate = gate;
  world.lagging = lagging;
  for (const next of steps) {
    await (doing[next.do] as (next: Step, scene: Scene) => void | Promise<void>)(next, scene);
    await settle();
  }
  world.lagging = false;
  world.project();
  gate.openForAll();
  for (const { device } of connected) device.flow();
  // Whatever was lost shows with the next batch that arrives.
  world.append({ type: 'message', conversationId: 'cnv_elsewhere' });
  world.project();
  world.publish();
  for (let i = 0; i < 20; i++) await settle();
  hub.close();
  return scene;
}

/** Where the changes of a device begin: its cursor, or that of its snapshot. */
function beginningOf({ from, device }: Connected): number | null {
  if (from !== null) return from;
  const last = device.frames.find((frame) => frame['type'] === 'snapshot' && frame['more'] === false);
  return last === undefined ? null : Number(last['cursor']);
}

const isIn = ({ conversationId }: { conversationId: string }, json: string): boolean =>
  (JSON.parse(json) as SeenChange).conversationId === conversationId;

/** Which change it is, and what is shown of it. */
const shownOf = ({ at, conversation }: SeenChange): string =>
  conversation === undefined ? at : `${at} pins ${conversation.pins.join(',')}`;

const ats = (changes: readonly { json: string }[]): string[] =>
  changes.map(({ json }) => shownOf(JSON.parse(json) as SeenChange));

describe('a replay', () => {
  it('gives way to a newer one of the same device', async () => {
    const { world, gate, connect } = setUp();
    world.append({ type: 'join', conversationId: 'cnv_1', userId: 'usr_ann' });
    const first = world.append({ type: 'message', conversationId: 'cnv_1' });
    world.append({ type: 'message', conversationId: 'cnv_1' });
    world.project();
    world.publish();
    world.gate = gate;
    const { device, subscription } = connect('usr_ann', 0);
    await settle();
    subscription.start({ ref: 7, from: first });
    gate.openForAll();
    await settle();
    expect(device.frames.map((frame) => frame['type'])).toEqual(['changes', 'caught_up']);
    expect(device.frames[1]).toMatchObject({ ref: 7 });
    expect(device.changes.map(({ at }) => at)).toEqual(['message 30']);
  });

  it('tells a device to begin anew when its cursor is ahead of the log', async () => {
    const { connect } = setUp();
    const { device } = connect('usr_ann', 1_000);
    await vi.waitFor(() => expect(device.frames.map((frame) => frame['type'])).toEqual(['resync']));
  });

  it('waits for the log when it is away, and then goes on', async () => {
    const away = vi.fn<() => Promise<void>>(async () => {}).mockRejectedValueOnce(new EventLogUnavailable());
    const { connect } = setUp({ beforeInfo: away });
    const { device } = connect('usr_ann', 1_000);
    await vi.waitFor(() => expect(device.frames.map((frame) => frame['type'])).toEqual(['error', 'resync']), 5_000);
    expect(device.frames[0]).toMatchObject({ code: 'feature_unavailable', retryAfterMs: 500 });
  });
});

describe('the seam between replay and live', () => {
  it('shows every device all it may see, once and in order, and nothing else, whatever comes in between', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.boolean(), async (steps, lagging) => {
        const { world, connected, gone } = await run(steps, { lagging });
        for (const one of connected) {
          const beginning = beginningOf(one);
          expect(beginning).not.toBeNull();
          const wanted = ats(world.visibleTo(one.userId, beginning ?? 0));
          expect(one.device.changes.map(shownOf)).toEqual(wanted);
          expect(one.subscription.state).toBe('live');
        }
        for (const one of gone) {
          const seen = one.device.changes.map(shownOf);
          const wanted = ats(world.visibleTo(one.userId, beginningOf(one) ?? 0));
          expect(seen).toEqual(wanted.slice(0, seen.length));
        }
      }),
      { numRuns: 600, verbose: 1 },
    );
  }, 60_000);

  it('never hands out a cursor that passes something not yet sent', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.constantFrom(1, 10), async (steps, apart) => {
        const { world, connected, gone } = await run(steps, { apart });
        for (const one of [...connected, ...gone]) {
          const beginning = beginningOf(one);
          const sent: string[] = [];
          for (const frame of one.device.frames) {
            if (frame['type'] === 'changes') sent.push(...(frame['changes'] as SeenChange[]).map(shownOf));
            if (beginning === null || (frame['type'] !== 'changes' && frame['type'] !== 'caught_up')) continue;
            expect(sent).toEqual(ats(world.visibleTo(one.userId, beginning, Number(frame['cursor']))));
          }
        }
      }),
      { numRuns: 200, verbose: 1 },
    );
  }, 60_000);

  it('brings a new device every conversation it is in, though they change places while the list is read', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (steps) => {
        const { world, connected } = await run(steps);
        for (const one of connected.filter(({ from }) => from === null)) {
          const known = new Set<string>();
          for (const frame of one.device.frames) {
            if (frame['type'] !== 'snapshot') continue;
            for (const entry of frame['entries'] as { conversationId: string }[]) known.add(entry.conversationId);
          }
          const joinedLater = world
            .visibleTo(one.userId, beginningOf(one) ?? 0)
            .filter(({ json }) => (JSON.parse(json) as SeenChange).kind === 'joined');
          for (const frame of one.device.frames) {
            if (frame['type'] !== 'snapshot') continue;
            for (const entry of frame['entries'] as { conversationId: string; activity: number }[]) {
              const since = ats(world.visibleTo(one.userId, entry.activity).filter(({ json }) => isIn(entry, json)));
              expect(one.device.changes.map(shownOf)).toEqual(expect.arrayContaining(since));
            }
          }
          const here = world.conversationsOf(one.userId, world.lastPosition);
          expect(here.filter((id) => !known.has(id)).length).toBeLessThanOrEqual(joinedLater.length);
        }
      }),
      { numRuns: 200, verbose: 1 },
    );
  }, 60_000);
});
