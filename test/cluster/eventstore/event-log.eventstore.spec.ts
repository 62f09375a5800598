import { eventLogContract } from '../../contract/event-log.contract.js';
import { openLog, startServer, withCredentials } from './server.kit.js';

for (const appends of ['batch', 'single'] as const) {
  eventLogContract(`EventStoreDB, ${appends} appends`, async () => {
    const server = await startServer();
    const log = await openLog(appends === 'single' ? withCredentials(server.url) : server.url, { appends });
    return {
      ...log,
      close: async () => {
        await log.close();
        await server.stop();
      },
    };
  });
}
