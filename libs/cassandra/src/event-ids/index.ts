export { CassandraEventIdIndex, type EventIdIndexOptions } from './event-id-index.js';
