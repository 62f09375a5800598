export { Gate, mapBounded } from './bounded.js';
