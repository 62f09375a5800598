import { type BeforeApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import { ACCOUNTS, COMMANDS, EVENT_LOG_READER, PRESENCE, PROJECTION_ADMIN } from '@parley/platform';
import type { AccountStore, CommandClient, EventLogReader, PresenceStore, ProjectionAdmin } from '@parley/ports';

/** One thing that must work before requests should come here. */
export interface ReadinessCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly detail?: string;
}

/** A projection further behind than this answers with old data: traffic goes to other nodes while it catches up. */
const maxLagEvents = 10_000;

const checkTimeoutMs = 2_000;

/** An id that is never given: asked for to see whether there is an answer. */
const nobody = 'nobody';

/**
 * Live is about the process; ready is about what it serves. Where all processes serve the same projections and the same
 * log, none of them answers better than another: a feature that is out of order is told, but takes no process out of
 * service, for then all of them would go, and with them everything else that works.
 */
@Injectable()
export class Readiness implements BeforeApplicationShutdown {
  private stopping = false;

  constructor(
    @Inject(EVENT_LOG_READER) private readonly log: EventLogReader,
    @Inject(PROJECTION_ADMIN) private readonly projections: ProjectionAdmin,
    @Inject(COMMANDS) private readonly commands: Pick<CommandClient, 'nodes'>,
    @Inject(ACCOUNTS) private readonly accounts: Pick<AccountStore, 'findSession'>,
    @Inject(PRESENCE) private readonly presence: Pick<PresenceStore, 'get'>,
  ) {}

  beforeApplicationShutdown(): void {
    this.stopping = true;
  }

  /** `verbose`: wait also for what does not decide. Else load balancers are answered at once. */
  async look(verbose: boolean): Promise<{ readonly ready: boolean; readonly checks: readonly ReadinessCheck[] }> {
    const serving = { name: 'serving', ok: !this.stopping, ...(this.stopping ? { detail: 'being stopped' } : {}) };
    if (!verbose && this.projections.shared === true) return { ready: serving.ok, checks: [serving] };
    const looks = [this.eventLog(), this.deciding(), this.loggingIn(), this.present(), this.projectionLag()];
    const features = (await Promise.all(looks)).flat();
    const ready = serving.ok && (this.projections.shared === true || features.every((check) => check.ok));
    return { ready, checks: [serving, ...features] };
  }

  private eventLog(): Promise<readonly ReadinessCheck[]> {
    return guarded('event-log', async () => {
      const { events, lastPosition } = await this.log.info();
      const detail = `${events === null ? '' : `${events} events, `}position ${lastPosition}`;
      return [{ name: 'event-log', ok: true, detail }];
    });
  }

  /** Who decides commands: this process, or others. */
  private deciding(): Promise<readonly ReadinessCheck[]> {
    return guarded('commands', async () => {
      const { nodes } = this.commands;
      return [{ name: 'commands', ok: nodes !== 0, detail: nodes === undefined ? 'decided here' : `${nodes} nodes` }];
    });
  }

  private loggingIn(): Promise<readonly ReadinessCheck[]> {
    return guarded('accounts', async () => {
      await this.accounts.findSession(nobody, nobody);
      return [{ name: 'accounts', ok: true }];
    });
  }

  private present(): Promise<readonly ReadinessCheck[]> {
    return guarded('presence', async () => {
      await this.presence.get([nobody]);
      return [{ name: 'presence', ok: true }];
    });
  }

  private projectionLag(): Promise<readonly ReadinessCheck[]> {
    return guarded('projections', async () =>
      (await this.projections.status()).map(({ name, state, lag, parked, error }) => ({
        name: `projection ${name}`,
        ok: state !== 'failed' && (lag ?? 0) <= maxLagEvents,
        detail:
          error ??
          `${state}, ${lag ?? 'nobody knows how many'} events behind${parked === 0 ? '' : `, ${parked} parked`}`,
      })),
    );
  }
}

async function guarded(
  name: string,
  check: () => Promise<readonly ReadinessCheck[]>,
): Promise<readonly ReadinessCheck[]> {
  try {
    return await Promise.race([
      check(),
      new Promise<never>((_resolve, reject) => {
        setTimeout(() => reject(new Error('no answer in time')), checkTimeoutMs).unref();
      }),
    ]);
  } catch (error) {
    return [{ name, ok: false, detail: error instanceof Error ? error.message : 'failed' }];
  }
}
