import type { Logger } from '@parley/platform';
import { goingAwayFrame } from '../session/answers.js';
import type { Sessions } from '../session/sessions.js';
import type { SocketServer } from '../socket/socket-server.js';

export interface DrainOptions {
  /** Time for clients to go before their sockets are ended. */
  readonly drainMs: number;
}

/** Sockets a second that are sent back at most: reconnects are spread over as long as that takes. */
const reconnectsPerSecond = 500;
const leastSpreadMs = 2_000;
const mostSpreadMs = 60_000;
const pollMs = 10;

/**
 * Stops in good order: no new sockets, everybody is told when to come back, what was accepted is finished and answered,
 * then each socket is closed, and those that do not let go are ended.
 */
export async function drain(
  server: Pick<SocketServer, 'refuseNew'>,
  sessions: Pick<Sessions, 'all' | 'commandsInFlight'>,
  { drainMs }: DrainOptions,
  logger: Logger,
): Promise<void> {
  const deadline = performance.now() + drainMs;
  server.refuseNew();
  const spreadMs = spread(sessions.all.size);
  for (const session of sessions.all) session.send(goingAwayFrame(500 + Math.random() * spreadMs));
  const finished = await until(() => sessions.commandsInFlight === 0, deadline);
  if (!finished) logger.warn({ commands: sessions.commandsInFlight }, 'stopping before every command was answered');
  for (const session of sessions.all) session.end('goingAway');
  await until(() => sessions.all.size === 0, deadline);
  for (const session of sessions.all) session.terminate();
}

const spread = (sockets: number): number =>
  Math.min(mostSpreadMs, Math.max(leastSpreadMs, (sockets / reconnectsPerSecond) * 1_000));

async function until(condition: () => boolean, deadline: number): Promise<boolean> {
  while (!condition()) {
    if (performance.now() >= deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  return true;
}
