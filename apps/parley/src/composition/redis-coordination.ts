import type { Logger, Metrics, ParleyConfig } from '@parley/platform';
import {
  connectRedis,
  createRedisRateLimiter,
  createSignalBus,
  RedisDeviceRegistry,
  RedisNodeDirectory,
  RedisPresenceStore,
  RedisRevocationBus,
} from '@parley/redis';
import type { Coordination } from './coordination.js';

export interface RedisCoordinationOptions {
  readonly config: Pick<ParleyConfig, 'redisUrl' | 'redisPrefix'>;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Works on, each part in its own way, while Redis is away: see libs/redis. */
export function coordinateByRedis({ config, logger, metrics }: RedisCoordinationOptions): Coordination {
  const redis = connectRedis(config.redisUrl, { logger, metrics, prefix: config.redisPrefix });
  const presence = new RedisPresenceStore(redis);
  const signals = createSignalBus(redis);
  const revocations = new RedisRevocationBus(redis);
  const devices = new RedisDeviceRegistry(redis);
  const directory = new RedisNodeDirectory(redis);
  return {
    presence,
    signals,
    revocations,
    devices,
    directory,
    redis,
    rateLimiter: (name, options) => createRedisRateLimiter(redis, name, options),
    async close() {
      for (const part of [presence, signals, revocations, devices, directory]) part.close();
      await redis.close();
    },
  };
}
