export { CommandApiModule } from './command-api.module.js';
export { CommandBusClient } from './command-bus-client.js';
