export { ConversationAsOf } from './as-of.js';
