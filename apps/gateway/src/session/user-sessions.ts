import type { Session } from './session.js';

/** Open sessions by person. A device has one at most. */
export class UserSessions {
  readonly #sessions = new Map<string, Session[]>();

  of(userId: string): readonly Session[] {
    return this.#sessions.get(userId) ?? none;
  }

  ofDevice(userId: string, deviceId: string): Session | undefined {
    return this.of(userId).find((session) => session.principal?.deviceId === deviceId);
  }

  add(userId: string, session: Session): void {
    const sessions = this.#sessions.get(userId);
    if (sessions === undefined) this.#sessions.set(userId, [session]);
    else sessions.push(session);
  }

  /** Harmless when it is not there. */
  delete(userId: string, session: Session): void {
    const rest = this.of(userId).filter((other) => other !== session);
    if (rest.length === 0) this.#sessions.delete(userId);
    else this.#sessions.set(userId, rest);
  }
}

const none: readonly Session[] = [];
