import { KafkaEngine, parseKafkaUrl } from '@parley/kafka';
import { createLogger } from '@parley/platform';
import type { EventLogReader, FeedBatch } from '@parley/ports';

/**
 * A consumer as a process of its own, which a test can freeze and kill. Its stores are with the test: it asks for the
 * checkpoint and hands over each batch by messages, and waits for the answers.
 */
export type ToTest =
  | { readonly type: 'begin'; readonly id: number; readonly partition: number }
  | { readonly type: 'take'; readonly id: number; readonly partition: number; readonly batch: FeedBatch };
export interface ToMember {
  readonly id: number;
  readonly checkpoint: number;
}

const [address = '', prefix = '', sessionTimeoutMs = '6000'] = process.argv.slice(2);
const answers = new Map<number, (checkpoint: number) => void>();
let asked = 0;

/** What `ask` sends, without its number. */
type Question = { readonly type: 'begin'; readonly partition: number } | Omit<ToTest & { type: 'take' }, 'id'>;

function ask(question: Question): Promise<number> {
  const id = ++asked;
  process.send?.({ ...question, id });
  return new Promise((resolve) => answers.set(id, resolve));
}

process.on('message', ({ id, checkpoint }: ToMember) => {
  answers.get(id)?.(checkpoint);
  answers.delete(id);
});
process.on('disconnect', () => process.exit(0));

const log: Pick<EventLogReader, 'subscribe'> = {
  subscribe: () => {
    throw new Error('nothing should be missing on the topic');
  },
};

const engine = new KafkaEngine({
  address: parseKafkaUrl(`kafka://${address}`),
  logger: createLogger(process.env['LOG_LEVEL'] ?? 'silent'),
  prefix,
  sessionTimeoutMs: Number(sessionTimeoutMs),
  heartbeatMs: Math.floor(Number(sessionTimeoutMs) / 6),
});
engine.feed(log).join('timeline', {
  begin: (partition) => ask({ type: 'begin', partition }),
  take: async (partition, batch, signal) => {
    signal.throwIfAborted();
    await ask({ type: 'take', partition, batch });
  },
  end: () => undefined,
});
