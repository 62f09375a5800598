import type { Delivery, DeliverySubscriber } from '@parley/ports';

/** Starts a wait; the function returned ends it early. */
export type Wait = (run: () => void, ms: number) => () => void;

/** Of one batch after gathering: what comes beyond it is handed on at once. Bounds memory and the size of frames. */
const mostDeliveries = 4_096;

/** Cheap however often it is done: one array is kept and added to. */
interface Gathered {
  position: number;
  readonly previous: number;
  readonly deliveries: Delivery[];
}

/**
 * Hands batches on at most once in `everyMs`: the first at once, what follows within that time together as one. Where
 * much is said in large groups, each socket then gets few larger frames in place of many small ones. Order, positions
 * and holes in `previous` stay as they are; what is gathered is lost by `close` as any delivery may be.
 */
export function gather(source: DeliverySubscriber, everyMs: number, wait: Wait = timer): DeliverySubscriber {
  if (everyMs === 0) return source;
  return {
    subscribe(listener) {
      let gathered: Gathered | null = null;
      let stopWaiting: (() => void) | null = null;
      const handOn = (): void => {
        const batch = gathered;
        gathered = null;
        stopWaiting?.();
        stopWaiting = null;
        if (batch === null) return;
        stopWaiting = wait(handOn, everyMs);
        listener(batch);
      };
      const unsubscribe = source.subscribe((batch) => {
        // A hole between the two must be seen: they cannot be one.
        if (gathered !== null && batch.previous !== gathered.position) handOn();
        gathered ??= { position: batch.position, previous: batch.previous, deliveries: [] };
        gathered.position = batch.position;
        for (const delivery of batch.deliveries) gathered.deliveries.push(delivery);
        if (stopWaiting === null || gathered.deliveries.length >= mostDeliveries) handOn();
      });
      return () => {
        stopWaiting?.();
        unsubscribe();
      };
    },
  };
}

const timer: Wait = (run, ms) => {
  const timeout = setTimeout(run, ms);
  return () => clearTimeout(timeout);
};
