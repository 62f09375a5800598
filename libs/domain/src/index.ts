export * from './refusals.js';
export * from './limits.js';
export type { Accepted, Decision, Refused, StreamDefinition } from './decision.js';
export * from './utf8.js';
export { PersistentMap } from './persistent-map.js';
export * from './conversation/index.js';
export * from './receipts/index.js';
export * from './user/index.js';
