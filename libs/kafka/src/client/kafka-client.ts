import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Logger } from '@parley/platform';
import { Kafka, logLevel, type ISocketFactoryArgs, type RetryOptions, type SASLOptions } from 'kafkajs';
import type { KafkaAddress } from '../options.js';
import { kafkaLogCreator } from './kafka-log.js';

export interface ClientSettings {
  readonly address: KafkaAddress;
  /** Of one request to a broker. */
  readonly requestTimeoutMs: number;
  readonly logger: Logger;
}

/** In milliseconds, random by a fifth. Endless keeps a membership while the brokers are away. */
export const endlessRetry = {
  initialRetryTime: 100,
  maxRetryTime: 1_000,
  factor: 0.2,
  multiplier: 2,
  retries: Number.MAX_SAFE_INTEGER,
};
/** About five seconds. */
export const boundedRetry = { ...endlessRetry, retries: 7 };

const connectionTimeout = 3_000;
const keepAliveMs = 30_000;

/**
 * A client of its own for each part, because the library cannot be told to give up: `release` cuts its sockets, lets it
 * open no others and leaves it no brokers, so that nothing it still tries brings it back into a group.
 */
export class KafkaClient {
  readonly kafka: Kafka;
  readonly #sockets = new Set<Socket>();
  #released = false;

  constructor({ address, requestTimeoutMs, logger }: ClientSettings, retry: RetryOptions) {
    this.kafka = new Kafka({
      clientId: 'parley',
      // Without a broker to try the library's endless attempts come to an end.
      brokers: () => (this.#released ? [] : [...address.brokers]),
      ...(address.tls ? { ssl: true } : {}),
      ...(address.sasl === null ? {} : { sasl: { ...address.sasl } as SASLOptions }),
      connectionTimeout,
      requestTimeout: requestTimeoutMs,
      retry,
      logLevel: logLevel.INFO,
      logCreator: kafkaLogCreator(logger, () => this.#released),
      socketFactory: (args) => this.#open(args),
    });
  }

  release(): void {
    this.#released = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  #open({ host, port, ssl, onConnect }: ISocketFactoryArgs): Socket {
    if (this.#released) throw new Error('this client is closed');
    const at = { host, port };
    const socket = ssl
      ? connectTls({ ...at, ...(/^[\d.:]+$/.test(host) ? {} : { servername: host }), ...ssl }, onConnect)
      : connectPlain(at, onConnect);
    socket.setKeepAlive(true, keepAliveMs);
    socket.setNoDelay(true);
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    return socket;
  }
}
