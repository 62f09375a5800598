// One conversation, in the order to read it: stream and state, evolve, snapshots, rights, decisions.
import type { ConversationEvent } from '@parley/events';
import type { StreamDefinition } from '../decision.js';
import { evolveConversation } from './evolve.js';
import { conversationFromSnapshot, conversationSnapshotVersion, conversationToSnapshot } from './snapshot.js';
import { type ConversationState, conversationStreamName, initialConversation } from './state.js';

export * from './state.js';
export * from './evolve.js';
export * from './snapshot.js';
export * from './permissions.js';
export type { AboutMessage } from './checks.js';
export * from './message-facts.js';
export * from './decisions/start.js';
export * from './decisions/about.js';
export * from './decisions/membership.js';
export * from './decisions/roles.js';
export * from './decisions/invites.js';
export * from './decisions/send-message.js';
export * from './decisions/change-message.js';
export * from './decisions/reactions-and-pins.js';

export const conversationDefinition: StreamDefinition<ConversationState, ConversationEvent> = {
  streamName: conversationStreamName,
  initial: initialConversation,
  evolve: evolveConversation,
  snapshotVersion: conversationSnapshotVersion,
  toSnapshot: conversationToSnapshot,
  fromSnapshot: conversationFromSnapshot,
};
