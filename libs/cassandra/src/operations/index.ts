export { CassandraBuildRegistry } from './builds.js';
export { CassandraParkedRetries } from './parked-retries.js';
export { CassandraProjectorReports } from './projector-reports.js';
