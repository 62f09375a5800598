export * from './close-codes.js';
export * from './errors/index.js';
export * from './frames.js';
export * from './views.js';
export * from './rest/route.js';
export * from './rest/all-routes.js';
export * from './rest/document-routes.js';
export * from './rest/operations-routes.js';
