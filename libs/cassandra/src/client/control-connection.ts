import type cassandra from 'cassandra-driver';
import type { Logger } from '@parley/platform';

/** What of the driver's control connection is touched here. */
interface ControlConnection {
  connection: unknown;
  _isShuttingDown: boolean;
  _refresh(...of: readonly unknown[]): Promise<void>;
}

/** Longer than an attempt to connect takes. */
const lookAgainMs = 5_000;

/**
 * cassandra-driver 4.10: when a node goes while the control connection is being set up anew, a second attempt begins and
 * takes the connection away from the first, which then fails in its own handling of the failure. Nobody waits for it, so
 * the process would end for that. The second one goes on; should there be none, it is tried again.
 */
export function keepControlConnection(driver: cassandra.Client, logger: Pick<Logger, 'debug'>): void {
  const { controlConnection: control } = driver as unknown as { readonly controlConnection: ControlConnection };
  const refresh = control._refresh.bind(control);
  const isLost = (): boolean => control.connection === null && !control._isShuttingDown;
  control._refresh = (...of) =>
    refresh(...of).catch((error: unknown) => {
      logger.debug({ err: error }, 'an attempt to follow the Cassandra nodes broke off');
      setTimeout(() => {
        if (isLost()) void control._refresh();
      }, lookAgainMs).unref();
    });
}
