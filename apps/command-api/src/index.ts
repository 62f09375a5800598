export { CommandApiModule } from './command-api.module.js';
export { CommandRestModule } from './command-rest.module.js';
export { CommandBusClient } from './command-bus-client.js';
