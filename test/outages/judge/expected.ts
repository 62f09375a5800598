import type { Cell, Target } from '../cells.js';
import type { Feature } from '../probe/features.js';

/**
 * What a feature owes while something is broken. `works`: an answer, with no more than a moment's pause. `degrades`: an
 * answer, or the word to come again. `refuses`: that word, as nothing else would be true. `late`: it may come afterwards.
 */
export type Owed = 'works' | 'degrades' | 'refuses' | 'late';

type Debts = Partial<Readonly<Record<Feature, Owed>>>;

/** A failing engine degrades its own feature. What is not named works. */
const whenAway: Readonly<Record<Target, Debts>> = {
  // A log-in adds a device to the person's stream. Presence is told only while it is sure that no removal is missing.
  'event-log': {
    'send by socket': 'refuses',
    'send by REST': 'refuses',
    'log-in': 'degrades',
    presence: 'degrades',
    'live push': 'late',
  },
  kafka: { presence: 'degrades', 'live push': 'late' },
  // What may be seen is decided by membership, which lies there: presence and search depend on it.
  cassandra: {
    history: 'degrades',
    inbox: 'degrades',
    sync: 'degrades',
    profile: 'degrades',
    'log-in': 'degrades',
    presence: 'degrades',
    search: 'degrades',
    'live push': 'late',
  },
  // The others have copies of everything, and answer once they know that this one is gone.
  'kafka-node': { presence: 'degrades', 'live push': 'late' },
  'cassandra-node': {},
  elasticsearch: { search: 'degrades' },
  redis: { presence: 'degrades', 'live push': 'late' },
  'command-api': {},
  // One that was killed holds its partitions until its session runs out.
  projector: { presence: 'degrades', 'live push': 'late' },
  gateway: {},
};

export function owed({ target, fault }: Cell, feature: Feature): Owed {
  const debt = whenAway[target][feature] ?? 'works';
  if (fault === 'none') return 'works';
  if (fault !== 'slow') return debt;
  // What is shown live was written before, in as many trips to Cassandra as depend on each other: about ten a batch.
  if (target === 'cassandra' && debt === 'late') return 'late';
  // What is slow is there: only its own feature may find that too slow.
  return debt === 'degrades' ? 'degrades' : 'works';
}
