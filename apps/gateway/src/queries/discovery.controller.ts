import { Controller, Inject } from '@nestjs/common';
import { CONFIG, HandleRoute, type ParleyConfig } from '@parley/platform';
import {
  discoveryRoutes,
  maxFramesPerMessage,
  maxHistoryPage,
  maxTextBytes,
  productVersion,
  subprotocol,
} from '@parley/protocol';
import { heartbeatOf } from '../gateway.js';
import { socketPath } from '../socket/socket-server.js';

/** Rises with every addition that a client may want to ask for. */
const featureLevel = 1;

/** The first thing a client may ask, before it is anybody. */
@Controller()
export class DiscoveryController {
  constructor(@Inject(CONFIG) private readonly config: ParleyConfig) {}

  @HandleRoute(discoveryRoutes.discover)
  discover(): unknown {
    const { config } = this;
    const isExternal = config.oidcIssuer !== '';
    return {
      product: 'parley',
      version: productVersion,
      featureLevel,
      apiVersions: ['v1'],
      socket: { path: socketPath, subprotocols: [subprotocol], heartbeatMs: heartbeatOf(config) },
      documents: { openapi: '/openapi.json', asyncapi: '/asyncapi.json', errors: '/docs/errors' },
      auth: {
        passwords: true,
        issuer: isExternal ? config.oidcIssuer : null,
        audience: isExternal ? config.oidcAudience : null,
      },
      limits: {
        frameBytes: config.maxFrameBytes,
        framesPerMessage: maxFramesPerMessage,
        framesPerSecond: config.framesPerSecond,
        bodyBytes: config.maxBodyBytes,
        textBytes: maxTextBytes,
        historyPage: maxHistoryPage,
        connectionsPerUser: config.connectionsPerUser,
      },
    };
  }
}
