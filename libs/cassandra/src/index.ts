export * from './accounts/index.js';
export * from './checkpoints/index.js';
export * from './client/index.js';
export * from './event-ids/index.js';
export * from './people/index.js';
export * from './schema/index.js';
export * from './snapshots/index.js';
export * from './read-models/index.js';
