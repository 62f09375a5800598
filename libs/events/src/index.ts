export * from './codec.js';
export * from './content.js';
export * from './conversation-events.js';
export * from './envelope.js';
export * from './receipt-events.js';
export * from './streams.js';
export * from './upcasters.js';
export * from './user-events.js';
