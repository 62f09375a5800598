import type { DeliveryBatch } from '@parley/ports';

/**
 * A subscriber that throws has lost the batch and finds the hole with the next one: neither the other subscribers nor
 * the process that projects for them pay for it.
 */
export function passOn(
  batch: DeliveryBatch,
  subscriber: (batch: DeliveryBatch) => void,
  onFailure: (error: Error) => void,
): void {
  try {
    subscriber(batch);
  } catch (error) {
    onFailure(error instanceof Error ? error : new Error(String(error)));
  }
}
