export { KafkaEngine } from './kafka-engine.js';
export {
  type KafkaAddress,
  KafkaMisconfigured,
  type KafkaOptions,
  type KafkaSettings,
  parseKafkaUrl,
} from './options.js';
export { KafkaDeadLetters } from './topic/kafka-dead-letters.js';
export { KafkaEventTopic } from './topic/kafka-event-topic.js';
export { partitionOfStream } from './topic/partition-of.js';
