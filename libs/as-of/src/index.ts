export { allOfIt, ConversationAsOf, type Moment } from './as-of.js';
export type { MemberAsOf } from './conversation-state.js';
