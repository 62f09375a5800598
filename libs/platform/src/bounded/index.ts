export { Gate, mapBounded } from './bounded.js';
export { within } from './within.js';
