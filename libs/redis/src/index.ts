export * from './connection/redis-connection.js';
