export * from './answers.js';
export * from './handle-route.js';
export * from './problem-filter.js';
export * from './route-guard.js';
