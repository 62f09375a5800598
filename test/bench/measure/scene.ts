import type { SceneShape } from './load.js';
import type { Talker, Target } from './talker.js';

/** Connected talkers. */
export interface Scene {
  readonly talkers: readonly Talker[];
  /** Those who send: the first ones of `talkers`. */
  readonly senders: readonly Talker[];
  /** How many talkers one message reaches. */
  readonly receivers: number;
}

/** How many pairs connect at the same time. */
const CONNECTING = 32;

export async function openScene(target: Target, shape: SceneShape): Promise<Scene> {
  if (shape.kind === 'pairs') {
    const talkers = await connectPairs(target, shape.pairs);
    return { talkers, senders: talkers, receivers: 1 };
  }
  const talkers = await target.connectGroup(shape.members);
  return { talkers, senders: talkers.slice(0, shape.senders), receivers: shape.members - 1 };
}

export async function closeScene(scene: Scene): Promise<void> {
  await Promise.all(scene.talkers.map((talker) => talker.close()));
}

async function connectPairs(target: Target, pairs: number): Promise<Talker[]> {
  const talkers: Talker[] = [];
  for (let first = 0; first < pairs; first += CONNECTING) {
    const count = Math.min(CONNECTING, pairs - first);
    const connected = await Promise.all(Array.from({ length: count }, (_, n) => target.connectPair(first + n)));
    talkers.push(...connected.flat());
  }
  return talkers;
}
