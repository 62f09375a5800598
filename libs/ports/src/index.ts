export * from './accounts.js';
export * from './commands.js';
export * from './delivery.js';
export * from './event-log.js';
export * from './presence.js';
export * from './projections.js';
export * from './read-models.js';
