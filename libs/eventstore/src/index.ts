export { openEventStoreLog, type EventStoreLog, type EventStoreLogOptions } from './event-store-log.js';
