export { CassandraDeliveryReader, type DeliveryReaderOptions } from './delivery/delivery-reader.js';
export { CassandraGenerations } from './generations/cassandra-generations.js';
export { compareGenerations, type CompareOptions } from './generations/compare.js';
export { readModelTables, type ReadModelTable } from './generations/tables.js';
export { cassandraReadModels, type CassandraReadModels, type ReadModelsOptions } from './reading.js';
export { CassandraStores, ProjectionVersionMismatch, type StoresOptions } from './stores.js';
