export { CassandraEventIdIndex } from './event-id-index.js';
