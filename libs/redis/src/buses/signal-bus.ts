import type { SignalBus, TypingSignal } from '@parley/ports';
import type { RedisConnection } from '../connection/redis-connection.js';
import { MessageBus } from './message-bus.js';

/** Typing, between gateways. While Redis is away it is seen by people of the same gateway only. */
export function createSignalBus(connection: RedisConnection): SignalBus & { close(): void } {
  const bus = new MessageBus<TypingSignal>(connection, 'typing', read);
  return {
    publish: (signal) => bus.send(signal),
    subscribe: (listener) => bus.subscribe(listener),
    close: () => bus.close(),
  };
}

function read(message: unknown): TypingSignal | undefined {
  const { conversationId, userId, active } = message as Partial<TypingSignal>;
  return typeof conversationId === 'string' && typeof userId === 'string' && typeof active === 'boolean'
    ? { conversationId, userId, active }
    : undefined;
}
