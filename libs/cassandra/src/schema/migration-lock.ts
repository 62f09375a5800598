import type { Logger } from '@parley/platform';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type CassandraClient, settled } from '../client/index.js';

/** A holder that died is forgotten after this, s; a living one renews three times as often. */
const expirySeconds = 30;
const renewEveryMs = 10_000;
const askEveryMs = 500;

/** Another one is migrating and does not come to an end. */
export class MigrationLockHeld extends Error {
  override readonly name = 'MigrationLockHeld';
}

/** One migration at a time, as long as no holder stands still for longer than the expiry: steps survive that too. */
export class MigrationLock {
  readonly #holder = randomUUID();

  constructor(
    private readonly client: CassandraClient,
    private readonly logger: Logger,
  ) {}

  /** Waits until it has the lock, then works. @throws MigrationLockHeld after `timeoutMs`. */
  async run<T>(timeoutMs: number, work: () => Promise<T>): Promise<T> {
    await this.#acquire(timeoutMs);
    const renewal = setInterval(() => void this.#renew(), renewEveryMs);
    try {
      return await work();
    } finally {
      clearInterval(renewal);
      await this.#release();
    }
  }

  async #acquire(timeoutMs: number): Promise<void> {
    const until = performance.now() + timeoutMs;
    for (let said = false; ; said = true) {
      if (await this.#ask()) return;
      if (performance.now() > until) throw new MigrationLockHeld('another migration holds the lock');
      if (!said) this.logger.info('another migration is running: waiting for it');
      await delay(askEveryMs);
    }
  }

  #ask(): Promise<boolean> {
    return settled(async () => {
      const { applied, found } = await this.client.conditional(
        `INSERT INTO schema_lock (name, holder) VALUES ('migration', ?) IF NOT EXISTS USING TTL ${expirySeconds}`,
        [this.#holder],
      );
      // It may have been given to this one by an answer that got lost.
      return applied || String(found?.['holder']) === this.#holder;
    });
  }

  async #renew(): Promise<void> {
    const { applied } = await this.client
      .conditional(
        `UPDATE schema_lock USING TTL ${expirySeconds} SET holder = ? WHERE name = 'migration' IF holder = ?`,
        [this.#holder, this.#holder],
      )
      .catch(() => ({ applied: true }));
    if (!applied) this.logger.warn('the migration lock has expired: another migration may be running too');
  }

  async #release(): Promise<void> {
    await this.client
      .conditional(`DELETE FROM schema_lock WHERE name = 'migration' IF holder = ?`, [this.#holder])
      .catch(() =>
        this.logger.warn(`the migration lock could not be released: it ends by itself in ${expirySeconds} s`),
      );
  }
}
