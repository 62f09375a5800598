import type { Logger } from '@parley/platform';
import type { DeviceRegistry } from '@parley/ports';
import type { Session } from './session.js';

/** How long the registry remembers a device's session that is not heard of, in heartbeats. */
const heartbeatsRemembered = 4;

/**
 * One session a device, over all gateways: tells the registry of this gateway's sessions. While the registry is away
 * each gateway still sees to its own; devices that moved meanwhile are told apart when it is back.
 */
export class DeviceClaims {
  readonly #ttlMs: number;

  constructor(
    private readonly registry: DeviceRegistry,
    private readonly logger: Logger,
    heartbeatMs: number,
  ) {
    this.#ttlMs = heartbeatMs * heartbeatsRemembered;
  }

  /** The session is its device's now; an older one elsewhere is ended. */
  opened(session: Session): void {
    this.#tell(session, ({ userId, deviceId }) => this.registry.claim(userId, deviceId, session.id, this.#ttlMs));
  }

  /** To be called once a heartbeat. */
  renew(session: Session): void {
    this.#tell(session, ({ userId, deviceId }) => this.registry.renew(userId, deviceId, session.id, this.#ttlMs));
  }

  closed(session: Session): void {
    this.#tell(session, ({ userId, deviceId }) => this.registry.release(userId, deviceId, session.id));
  }

  #tell(session: Session, tell: (of: { readonly userId: string; readonly deviceId: string }) => Promise<void>): void {
    if (session.principal === null) return;
    tell(session.principal).catch((error: unknown) => this.logger.warn({ err: error }, 'the device registry is away'));
  }
}
