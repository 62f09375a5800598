export { CassandraCheckpointReader } from './checkpoint-reader.js';
export { GenerationRegistry, type ServingGeneration } from './generations.js';
export { type Lane, LaneProgress } from './progress.js';
export { CassandraProjectionStore, type PlanWatch, type RowWriter } from './projection-store.js';
export { type GenerationTable, removeGeneration } from './remove-generation.js';
export { ServingGenerations, settleMs } from './serving-generations.js';
export { type StoredProjection, storedProjections, conversationProjections } from './stored-projections.js';
