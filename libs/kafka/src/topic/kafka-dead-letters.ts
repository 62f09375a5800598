import type { DeadLetter, DeadLetters } from '@parley/ports';
import type { ClientSettings } from '../client/kafka-client.js';
import { TopicProducer } from '../client/topic-producer.js';
import { encodeDeadLetter } from './record-headers.js';

/** What projections could not deal with, for operators to look at with any tool. The stores keep it too. */
export class KafkaDeadLetters implements DeadLetters {
  readonly #producer: TopicProducer;

  constructor(
    settings: ClientSettings,
    private readonly topic: string,
  ) {
    this.#producer = new TopicProducer(settings, 'none');
  }

  /** At least once; rejects when it is not known to be there after a bounded time. */
  async add(letter: DeadLetter): Promise<void> {
    await this.#producer.send(this.topic, [encodeDeadLetter(letter)], letter.event.data.length);
  }

  close(): Promise<void> {
    return this.#producer.close();
  }
}
