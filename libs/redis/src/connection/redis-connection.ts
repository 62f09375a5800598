import type { Logger, Metrics } from '@parley/platform';
import { ChannelSubscriptions } from './channel-subscriptions.js';
import type { Channels } from './channels.js';
import { CommandLink } from './command-link.js';
import { FailureLog } from './failure-log.js';
import { createCommandClient, createSubscriberClient, type RedisCommands } from './redis-clients.js';
import { describeRedis, parseRedisUrl } from './redis-url.js';
import { ShardedSubscriptions } from './sharded-subscriptions.js';

export interface RedisConnectionOptions {
  readonly logger: Logger;
  readonly metrics?: Metrics;
  /** Begins the names of all keys and channels: deployments that share a Redis differ here. Default `parley`. */
  readonly prefix?: string;
}

export interface SpreadChannels extends Channels {
  /**
   * In order for each channel.
   * @throws RedisUnavailable when some may not have been sent
   */
  publish(messages: readonly (readonly [channel: string, message: string])[]): Promise<void>;
}

/** One process's way to Redis: commands over one connection, messages over another. */
export interface RedisConnection {
  readonly commands: CommandLink;
  /** Messages to all. */
  readonly channels: Channels;
  /** Messages on channels that are spread over the nodes of a cluster; their names carry a slot in braces. */
  readonly shards: SpreadChannels;
  readonly failures: FailureLog;
  /** The name of a key or channel. */
  name(...parts: readonly (string | number)[]): string;
  /** Where it leads, without credentials. */
  readonly place: string;
  /** Within 500 ms. */
  close(): Promise<void>;
}

/**
 * Connects in the background, for ever: nothing here waits for Redis to be there, and nothing throws for its absence but
 * the commands themselves, within 500 ms. The forms of the URL: see parseRedisUrl.
 * @throws Error for a URL that cannot be read
 */
export function connectRedis(
  url: string,
  { logger, metrics, prefix = 'parley' }: RedisConnectionOptions,
): RedisConnection {
  const place = parseRedisUrl(url);
  const failures = new FailureLog(logger, metrics);
  const commands = new CommandLink(createCommandClient(place), failures);
  const channels = new ChannelSubscriptions(createSubscriberClient(place), failures);
  const sharded =
    place.kind === 'cluster'
      ? new ShardedSubscriptions(createSubscriberClient(place, true), commands, failures)
      : undefined;
  const spread: Channels = sharded ?? channels;
  metrics?.gauge('parley_redis_available', '1 while Redis answers commands.', [], (gauge) =>
    gauge.set(commands.available ? 1 : 0),
  );
  return {
    commands,
    channels,
    shards: {
      subscribe: (channel, listener) => spread.subscribe(channel, listener),
      get listening() {
        return spread.listening;
      },
      onListening: (listener) => spread.onListening(listener),
      publish: (messages) =>
        commands.send('publish', (client) =>
          sharded === undefined
            ? publishTogether(client, messages)
            : Promise.all(messages.map(([channel, message]) => client.spublish(channel, message))),
        ),
    },
    failures,
    name: (...parts) => [prefix, ...parts].join(':'),
    place: describeRedis(place),
    async close() {
      channels.close();
      sharded?.close();
      await commands.close();
    },
  };
}

/** As one write. */
async function publishTogether(
  client: RedisCommands,
  messages: readonly (readonly [channel: string, message: string])[],
): Promise<void> {
  const pipeline = client.pipeline();
  for (const [channel, message] of messages) pipeline.publish(channel, message);
  for (const [error] of (await pipeline.exec()) ?? []) if (error !== null) throw error;
}
