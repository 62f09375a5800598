export * from './client/index.js';
export * from './schema/index.js';
