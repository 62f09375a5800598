import type { AddressInfo } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type Clock, COMMANDS, createMetrics, type Logger, newId, type ParleyConfig } from '@parley/platform';
import type { CommandClient } from '@parley/ports';
import { openEngines } from './open-engines.js';
import { startInternalServer } from './internal-server.js';

export interface ServerOptions {
  readonly config: ParleyConfig;
  readonly secret: Uint8Array;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface RunningParley {
  /** Without a slash at the end. */
  readonly url: string;
  /** Refuses new work, drains the sockets, finishes what was accepted, closes the engines. */
  stop(): Promise<void>;
}

/** Engines, then the apps on them, then the port: it is ready when this resolves. */
export async function startServer({ config, secret, clock, logger }: ServerOptions): Promise<RunningParley> {
  // The apps load in this thread while the engines' threads start.
  const metrics = createMetrics();
  const opening = openEngines({ config, clock, logger, metrics, secret });
  const loading = Promise.all([import('./app-module.js'), import('./server.js')]);
  const [engines, [{ AppModule }, { createServer }]] = await Promise.all([opening, loading]);
  let app: NestFastifyApplication | null = null;
  try {
    app = await createServer(AppModule.compose({ config, secret, clock, logger, metrics, engines }), config);
    await app.listen(config.port, config.host);
    const server = app;
    const { directory } = engines;
    const internal =
      directory === null || !config.apps.includes('command-api')
        ? null
        : await startInternalServer({
            config,
            secret,
            clock,
            logger,
            directory,
            commands: server.get<CommandClient>(COMMANDS),
            nodeId: newId('nod'),
          });
    return {
      url:
        config.publicUrl === ''
          ? listeningUrl(config, server.getHttpServer().address() as AddressInfo)
          : config.publicUrl,
      async stop() {
        await internal?.stop();
        await server.close();
        await engines.close();
      },
    };
  } catch (error) {
    await app?.close();
    await engines.close();
    throw error;
  }
}

function listeningUrl(config: ParleyConfig, address: AddressInfo): string {
  const any = config.host === '0.0.0.0' || config.host === '::';
  const host = any ? 'localhost' : config.host.includes(':') ? `[${config.host}]` : config.host;
  return `${config.tlsCertFile === '' ? 'http' : 'https'}://${host}:${address.port}`;
}
