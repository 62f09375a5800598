export { startPartitionProjector } from './partitions/start-partition-projector.js';
export { createLogFeed } from './log-feed/log-feed.js';
export { projectionGroups } from './projections.js';
export { projectorModule } from './projector-module.js';
export { ProjectorModule } from './projector.module.js';
export { Relay, type RelayOptions, type RelayStatus } from './relay/relay.js';
export { GatedGroup } from './rebuild/gated-group.js';
export { fill } from './rebuild/fill.js';
export { RebuildWorker } from './rebuild/rebuild-worker.js';
