import type { PresenceVisibility } from '@parley/events';
import { type ConversationSettings, initialUser, type UserState } from './state.js';

/** Raise it with every change of UserSnapshot or of what evolve does: older snapshots are then not read. */
export const userSnapshotVersion = 1;

/** The state as plain JSON. */
export interface UserSnapshot {
  readonly userId: string;
  readonly username: string;
  readonly displayName: string;
  readonly about: string;
  readonly presenceVisibility: PresenceVisibility;
  readonly devices: readonly (readonly [deviceId: string, name: string])[];
  readonly blocked: readonly string[];
  readonly conversations: readonly (readonly [conversationId: string, settings: ConversationSettings])[];
}

/** Null for somebody who is not registered. */
export function userToSnapshot(state: UserState): UserSnapshot | null {
  if (state.phase === 'not-registered') return null;
  const { phase: _, devices, blocked, conversations, ...profile } = state;
  return { ...profile, devices: [...devices], blocked: [...blocked], conversations: [...conversations] };
}

/** `snapshot`: made by userToSnapshot with this userSnapshotVersion. */
export function userFromSnapshot(snapshot: unknown): UserState {
  if (snapshot === null) return initialUser;
  const { devices, blocked, conversations, ...profile } = snapshot as UserSnapshot;
  return {
    phase: 'registered',
    ...profile,
    devices: new Map(devices),
    blocked: new Set(blocked),
    conversations: new Map(conversations),
  };
}
