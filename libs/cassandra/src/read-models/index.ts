export { CassandraDeliveryReader, type DeliveryReaderOptions } from './delivery/delivery-reader.js';
export { BothGenerations } from './generations/both-generations.js';
export { compareGenerations, type CompareOptions, type Parity } from './generations/compare.js';
export { readModelTables, type ReadModelTable } from './generations/tables.js';
export { cassandraReadModels, type CassandraReadModels, type ReadModelsOptions } from './reading.js';
export { CassandraStores, ProjectionVersionMismatch, type StoresOptions } from './stores.js';
