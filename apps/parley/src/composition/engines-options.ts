import type { Clock, Logger, Metrics, ParleyConfig } from '@parley/platform';

/** What opening any of the engines needs. */
export interface EnginesOptions {
  readonly config: ParleyConfig;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** The deployment's. */
  readonly secret: Uint8Array;
}
