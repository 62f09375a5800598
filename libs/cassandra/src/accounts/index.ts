export { CassandraAccountStore } from './account-store.js';
