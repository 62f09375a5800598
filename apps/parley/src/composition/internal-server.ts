import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CommandServer } from '@parley/cluster';
import type { Clock, Logger, ParleyConfig } from '@parley/platform';
import type { CommandClient, NodeDirectory } from '@parley/ports';
import { createInternalTokens } from './tokens.js';

export interface InternalServerOptions {
  readonly config: Pick<ParleyConfig, 'internalHost' | 'internalPort' | 'internalUrl'>;
  readonly secret: Uint8Array;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly commands: CommandClient;
  readonly directory: NodeDirectory;
  /** Of this process. */
  readonly nodeId: string;
}

/** After a node was withdrawn everybody has heard of it within this time, ms. */
const heardMs = 250;

/** Takes commands from other processes, and tells them where. Resolves once it is announced. */
export async function startInternalServer(options: InternalServerOptions): Promise<{ stop(): Promise<void> }> {
  const { config, directory, commands, logger } = options;
  const tokens = createInternalTokens(options.secret, options.clock);
  const http = createServer((_request, response) => response.writeHead(404).end());
  const server = new CommandServer({ commands, logger, admits: (token) => tokens.admits(token) });
  server.attach(http);
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject);
    http.listen(config.internalPort, config.internalHost, resolve);
  });
  const { port } = http.address() as AddressInfo;
  const address = config.internalUrl === '' ? `http://${config.internalHost}:${port}` : config.internalUrl;
  await directory.announce({ id: options.nodeId, kind: 'command-api', address });
  return {
    async stop() {
      await directory.withdraw();
      await new Promise((resolve) => setTimeout(resolve, heardMs));
      await server.close();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}
