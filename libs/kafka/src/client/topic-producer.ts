import { CompressionTypes, type Message, Partitioners, type Producer } from 'kafkajs';
import { doneWithin } from './done-within.js';
import { type ClientSettings, endlessRetry, KafkaClient } from './kafka-client.js';

/** What one send may take, in milliseconds; until then the library tries again. */
const sendMs = 15_000;
const leaveMs = 2_000;
/** Smaller batches gain nothing by compression. */
const worthCompressing = 16_384;

interface Connection {
  readonly client: KafkaClient;
  readonly producer: Producer;
  readonly connected: Promise<void>;
}

/**
 * An idempotent producer. One that could not say what became of a send is thrown away, because its count of what was
 * sent may not be the broker's any more: what it left on the way may still arrive.
 */
export class TopicProducer {
  #connection: Connection | null = null;
  #closed = false;

  constructor(
    private readonly settings: ClientSettings,
    private readonly compression: 'none' | 'gzip',
  ) {}

  /**
   * Resolves when all replicas have it. Rejects after a quarter of a minute at the latest.
   * `bytes`: about how large it is.
   */
  async send(topic: string, messages: Message[], bytes: number): Promise<void> {
    if (this.#closed) throw new Error('this producer is closed');
    const compression =
      this.compression === 'gzip' && bytes >= worthCompressing ? CompressionTypes.GZIP : CompressionTypes.None;
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(new Error('the brokers have not answered in time')), sendMs);
    const connection = (this.#connection ??= this.#open());
    const { producer, connected } = connection;
    try {
      const sent = connected.then(() => producer.send({ topic, messages, acks: -1, compression }));
      await Promise.race([sent, late.promise]);
    } catch (error) {
      if (this.#connection === connection) this.#connection = null;
      void leave(connection);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Bounded in time. */
  async close(): Promise<void> {
    this.#closed = true;
    const connection = this.#connection;
    this.#connection = null;
    if (connection !== null) await leave(connection);
  }

  #open(): Connection {
    const client = new KafkaClient(this.settings, endlessRetry);
    const producer = client.kafka.producer({
      idempotent: true,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    return { client, producer, connected: producer.connect() };
  }
}

async function leave({ client, producer }: Connection): Promise<void> {
  await doneWithin(leaveMs, producer.disconnect());
  client.release();
}
