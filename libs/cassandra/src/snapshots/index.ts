export { CassandraSnapshotStore } from './snapshot-store.js';
