import type {
  DeliveryBatch,
  OperationOf,
  ProjectionBatch,
  ProjectionName,
  ProjectionStore,
  ProjectorHost,
  ProjectorModule,
} from '@parley/ports';
import type { Incarnation } from '../engine/incarnation.js';
import type { Random } from '../engine/random.js';
import type { Scheduler } from '../engine/scheduler.js';
import type { Bugs } from '../world/bugs.js';

/** How the disk of one server is at the moment. */
export interface DiskWeather {
  /** Writes take so much longer until then. */
  slow: { until: number; ms: number };
  /** Writes fail until then. */
  failsUntil: number;
}

export interface ProjectionFaultsParts {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly actor: Incarnation;
  readonly weather: DiskWeather;
  readonly bugs: Bugs;
  /** A promise that was not kept. */
  found(check: string, detail: string): void;
}

/** The product's projector with the world's disk under its stores. */
export function projectorOn(projector: ProjectorModule, parts: ProjectionFaultsParts): ProjectorModule {
  return {
    projections: projector.projections,
    startProjector: (host, only) => projector.startProjector(hostOn(host, parts), only),
    replay: (projection, stretch) => projector.replay(projection, { ...stretch, store: storeOn(stretch.store, parts) }),
  };
}

function hostOn(host: ProjectorHost, parts: ProjectionFaultsParts): ProjectorHost {
  const { bugs, random } = parts;
  let told: DeliveryBatch | null = null;
  return {
    ...host,
    openStore: async (projection) => storeOn(await host.openStore(projection), parts),
    publisher: {
      async publish(batch) {
        if (!parts.actor.step()) await never();
        if (bugs.hidesGaps && batch.deliveries.length > 0 && random.chance(0.1)) return;
        await isReadable(batch, host, parts);
        const passed = bugs.hidesGaps && told !== null ? { ...batch, previous: told.position } : batch;
        told = batch;
        await host.publisher.publish(bugs.forgetsDepartures ? withoutDepartures(passed) : passed);
      },
    },
  };
}

/** What is about to be pushed must be there for whoever reads. */
async function isReadable(
  { deliveries }: DeliveryBatch,
  host: ProjectorHost,
  parts: ProjectionFaultsParts,
): Promise<void> {
  for (const delivery of deliveries) {
    if (delivery.to !== 'conversation' || delivery.sequence === undefined) continue;
    const { conversationId, sequence } = delivery;
    if ((await host.reader.message(conversationId, sequence)) !== null) continue;
    parts.found('what is pushed can be read', `${parts.actor.name}: ${conversationId}/${sequence}`);
  }
}

const withoutDepartures = (batch: DeliveryBatch): DeliveryBatch => ({
  ...batch,
  deliveries: batch.deliveries.map((delivery) => {
    if (delivery.to !== 'user' || delivery.membership?.member !== false) return delivery;
    const { membership: _left, ...rest } = delivery;
    return rest;
  }),
});

/** Each write takes its time, before and after it has taken effect. */
function storeOn<Operation extends OperationOf<ProjectionName>>(
  store: ProjectionStore<Operation>,
  parts: ProjectionFaultsParts,
): ProjectionStore<Operation> {
  const { scheduler, random, actor, weather, bugs } = parts;
  const wait = (least: number, most: number): Promise<void> => {
    if (!actor.step()) return never();
    const slow = weather.slow.until > scheduler.now ? weather.slow.ms : 0;
    return new Promise((resolve) => {
      scheduler.after(random.between(least, most) + random.between(0, slow), actor, resolve);
    });
  };
  const write = async (work: () => Promise<void>): Promise<void> => {
    await wait(0, 2);
    if (weather.failsUntil > scheduler.now) throw new Error('the disk of the world fails');
    await work();
    await wait(0, 1);
  };
  return {
    checkpoint: () => store.checkpoint(),
    parked: (page) => store.parked(page),
    close: () => store.close(),
    async apply(batch: ProjectionBatch<Operation>) {
      if (bugs.checkpointFirst) await write(() => store.apply({ ...batch, operations: [], parked: [] }));
      const written = write(() => store.apply(batch));
      if (!bugs.pushesEarly) await written;
    },
    applyParked: (position, operations) => write(() => store.applyParked(position, operations)),
  };
}

const never = (): Promise<never> => new Promise(() => undefined);
