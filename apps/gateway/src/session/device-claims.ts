import type { Logger } from '@parley/platform';
import type { DeviceRegistry } from '@parley/ports';
import type { Session } from './session.js';

interface Device {
  readonly userId: string;
  readonly deviceId: string;
}

/** How long the registry remembers a device's session that is not heard of, in heartbeats. */
const heartbeatsRemembered = 4;

/**
 * One session a device, over all gateways: tells the registry of this gateway's sessions. While the registry is away
 * each gateway still sees to its own; devices that moved meanwhile are told apart when it is back.
 */
export class DeviceClaims {
  readonly #ttlMs: number;
  readonly #opening = new Set<Session>();

  constructor(
    private readonly registry: DeviceRegistry,
    private readonly logger: Logger,
    heartbeatMs: number,
  ) {
    this.#ttlMs = heartbeatMs * heartbeatsRemembered;
  }

  /** Sessions whose tokens are good, while the registry is told of them. */
  get opening(): ReadonlySet<Session> {
    return this.#opening;
  }

  /**
   * The session is its device's from now on; an older one elsewhere is ended. Resolves when the registry knows, or is
   * away; meanwhile the session may be replaced, logged out or gone. Before that its device must not be told anything: it
   * could leave and come to another gateway, whose claim would then be the earlier one.
   */
  async claim(session: Session, device: Device): Promise<void> {
    this.#opening.add(session);
    await this.#tell(this.registry.claim(device.userId, device.deviceId, session.id, this.#ttlMs));
    this.#opening.delete(session);
    if (session.state === 'closing') this.closed(session, device);
  }

  /** To be called once a heartbeat. */
  renew(session: Session): void {
    const { principal: device } = session;
    if (device === null) return;
    void this.#tell(this.registry.renew(device.userId, device.deviceId, session.id, this.#ttlMs));
  }

  closed(session: Session, device: Device): void {
    void this.#tell(this.registry.release(device.userId, device.deviceId, session.id));
  }

  #tell(told: Promise<void>): Promise<void> {
    return told.catch((error: unknown) => this.logger.warn({ err: error }, 'the device registry is away'));
  }
}
