export * from './asyncapi.js';
export * from './frame-facts.js';
export type { JsonSchema } from './json-schema.js';
export * from './openapi.js';
export * from './problem-schema.js';
export * from './route-errors.js';
