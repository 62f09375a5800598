// One person, in the order to read it: stream and state, evolve, snapshots, decisions.
import type { UserEvent } from '@parley/events';
import type { StreamDefinition } from '../decision.js';
import { evolveUser } from './evolve.js';
import { userFromSnapshot, userSnapshotVersion, userToSnapshot } from './snapshot.js';
import { initialUser, type UserState, userStreamName } from './state.js';

export * from './state.js';
export * from './evolve.js';
export * from './snapshot.js';
export * from './decisions/profile.js';
export * from './decisions/devices.js';
export * from './decisions/blocks.js';
export * from './decisions/conversation-settings.js';

export const userDefinition: StreamDefinition<UserState, UserEvent> = {
  streamName: userStreamName,
  initial: initialUser,
  evolve: evolveUser,
  snapshotVersion: userSnapshotVersion,
  toSnapshot: userToSnapshot,
  fromSnapshot: userFromSnapshot,
};
