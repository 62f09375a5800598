import type { PresenceVisibility, ProfileChanged, UserRegistered } from '@parley/events';
import { accept, checkBytes, type Decision, nothingToDo, refuse } from '../../decision.js';
import { limits } from '../../limits.js';
import type { UserState } from '../state.js';

export interface RegisterUser {
  /** A function of the username, made by the caller: a registered one is a taken name. */
  readonly userId: string;
  readonly username: string;
  readonly displayName: string;
}

export function registerUser(state: UserState, command: RegisterUser): Decision<UserRegistered> {
  if (state.phase === 'registered') return refuse({ code: 'username_taken' });
  const { userId, username, displayName } = command;
  const malformed =
    checkBytes('username', username, 1, limits.usernameBytes) ??
    checkBytes('displayName', displayName, 1, limits.displayNameBytes);
  if (malformed !== null) return malformed;
  return accept({ type: 'UserRegistered.v1', data: { userId, username, displayName } });
}

/** Fields that are left out stay as they are. */
export interface ChangeProfile {
  readonly displayName?: string;
  readonly about?: string;
  readonly presenceVisibility?: PresenceVisibility;
}

export function changeProfile(state: UserState, command: ChangeProfile): Decision<ProfileChanged> {
  if (state.phase === 'not-registered') return refuse({ code: 'user_not_found' });
  const { displayName = state.displayName, about = state.about } = command;
  const { presenceVisibility = state.presenceVisibility } = command;
  const malformed =
    checkBytes('displayName', displayName, 1, limits.displayNameBytes) ??
    checkBytes('about', about, 0, limits.aboutBytes);
  if (malformed !== null) return malformed;
  const data = {
    ...(displayName === state.displayName ? {} : { displayName }),
    ...(about === state.about ? {} : { about }),
    ...(presenceVisibility === state.presenceVisibility ? {} : { presenceVisibility }),
  };
  return Object.keys(data).length === 0 ? nothingToDo : accept({ type: 'ProfileChanged.v1', data });
}
