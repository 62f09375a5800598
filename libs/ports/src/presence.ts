/** Who is connected where. In process for the embedded profile, Redis for many gateways. */
export interface PresenceStore {
  /**
   * A connection of a device announces itself, and again at every heartbeat; without one it is forgotten after `ttlMs`.
   * A device's newest connection wins: a later `disconnect` of an older one changes nothing.
   */
  announce(entry: PresenceAnnouncement): Promise<void>;
  disconnect(userId: string, deviceId: string, connectionId: string, now: number): Promise<void>;
  /** Several devices folded into one: online if any is, else away if any is, else offline. */
  get(userIds: readonly string[]): Promise<readonly UserPresence[]>;
  /**
   * Told after each change of a person's folded state, coalesced; of everybody, whoever may see it, and however far the
   * projections are. Returns a function that ends it.
   */
  onChange(listener: (presence: UserPresence) => void): () => void;
}

export interface PresenceAnnouncement {
  readonly userId: string;
  readonly deviceId: string;
  readonly connectionId: string;
  readonly state: 'online' | 'away';
  readonly now: number;
  readonly ttlMs: number;
}

export interface UserPresence {
  readonly userId: string;
  readonly state: 'online' | 'away' | 'offline';
  /** Milliseconds since 1970 UTC of the moment the last device went; null while here or never seen. */
  readonly lastSeen: number | null;
}

/**
 * Short-lived signals between gateways (typing): may be lost, never stored. They pass by the projections: whoever shows
 * them asks first whether the memberships it goes by are fresh.
 */
export interface SignalBus {
  publish(signal: TypingSignal): void;
  subscribe(listener: (signal: TypingSignal) => void): () => void;
}

export interface TypingSignal {
  readonly conversationId: string;
  readonly userId: string;
  readonly active: boolean;
}

/** A device was logged out: its sockets are to be closed, wherever they are. */
export interface RevocationBus {
  publish(revocation: { readonly userId: string; readonly deviceIds: readonly string[] }): void;
  subscribe(
    listener: (revocation: { readonly userId: string; readonly deviceIds: readonly string[] }) => void,
  ): () => void;
}
