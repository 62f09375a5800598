import { type RateLimiter, rateLimiterOver, type RateLimitOptions } from '@parley/platform';
import { RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible';
import { script } from '../connection/command-link.js';
import type { RedisConnection } from '../connection/redis-connection.js';

// KEYS: counter. ARGV: cost, window (s). Answers what was taken and how long the window lasts yet (ms).
const takeScript = script(`
local taken = redis.call('INCRBY', KEYS[1], ARGV[1])
local left = redis.call('PTTL', KEYS[1])
if left < 0 then
  redis.call('EXPIRE', KEYS[1], ARGV[2])
  left = ARGV[2] * 1000
end
return { taken, left }
`);

/** Counts over all processes; while Redis does not answer, each counts by itself. `name` tells limiters apart. */
export function createRedisRateLimiter(
  connection: RedisConnection,
  name: string,
  options: RateLimitOptions,
): RateLimiter {
  const { commands } = connection;
  const points = options.quota;
  const duration = options.windowSeconds;
  const limiter = new RateLimiterRedis({
    // What the library asks of a client: one command of its own, here with our deadline and script.
    storeClient: {
      rlflxIncr: ([key = '', cost = '1', seconds = '1']: readonly string[]) =>
        commands.run('rate-limit', (client) => commands.evaluate(client, takeScript, [key], [cost, seconds])),
    },
    keyPrefix: connection.name('rate', name),
    points,
    duration,
    insuranceLimiter: new RateLimiterMemory({ points, duration }),
  });
  return rateLimiterOver(limiter, options);
}
