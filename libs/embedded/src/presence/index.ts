export * from './buses.js';
export * from './presence-store.js';
