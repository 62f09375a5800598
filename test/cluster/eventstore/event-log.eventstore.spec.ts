import { eventLogContract } from '../../contract/event-log.contract.js';
import { openLog, startServer } from './server.kit.js';

eventLogContract('EventStoreDB', async () => {
  const server = await startServer();
  const log = await openLog(server.url);
  return {
    ...log,
    close: async () => {
      await log.close();
      await server.stop();
    },
  };
});
