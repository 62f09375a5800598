export * from './buses.js';
export * from './device-registry.js';
export * from './presence-store.js';
