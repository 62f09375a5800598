export { mapBounded } from '@parley/platform/bounded';
export { CassandraClient, type CassandraOptions, type Conditional, connectCassandra } from './cassandra-client.js';
export type { Row } from './rows.js';
export { settled } from './settled.js';
export {
  deleteAt,
  insertAt,
  insertFirst,
  type PositionedStatement,
  stampOf,
  type Statement,
  updateAt,
} from './statements.js';
export { type CassandraAddress, InvalidCassandraUrl, parseCassandraUrl } from './url.js';
