import type { Environment, Timer } from '../environment.js';

export interface HeartbeatHooks {
  lastSentAt(): number;
  lastReceivedAt(): number;
  ping(): void;
  /** Nothing was heard for two heartbeats: the socket is dead, whatever the network says. */
  dead(): void;
}

/**
 * Sends something at least every `heartbeatMs` and expects as much: whoever only sends is pinging as well, because a
 * half-open connection takes everything and answers nothing. Returns a function that ends it.
 */
export function startHeartbeat(heartbeatMs: number, environment: Environment, hooks: HeartbeatHooks): () => void {
  let timer: Timer;
  const beat = (): void => {
    const now = environment.elapsed();
    if (now - hooks.lastReceivedAt() >= 2 * heartbeatMs) {
      hooks.dead();
      return;
    }
    timer = environment.setTimer(beat, heartbeatMs / 3);
    if (now - Math.min(hooks.lastSentAt(), hooks.lastReceivedAt()) >= heartbeatMs / 2) hooks.ping();
  };
  timer = environment.setTimer(beat, heartbeatMs / 3);
  return () => timer.cancel();
}
