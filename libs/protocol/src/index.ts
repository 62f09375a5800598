export * from './close-codes.js';
export * from './errors/index.js';
export * from './frames.js';
export * from './views.js';
export * from './rest/route.js';
