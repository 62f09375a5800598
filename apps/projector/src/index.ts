export { startPartitionProjector } from './partitions/start-partition-projector.js';
export { projectionGroups } from './projections.js';
export { projectorModule } from './projector-module.js';
export { ProjectorModule } from './projector.module.js';
export { Relay, type RelayOptions, type RelayStatus } from './relay/relay.js';
