export { startCompatibleNode } from './node.js';
export type { CompatibleNode, CompatibleNodeOptions } from './node.js';
export { spawnCompatibleNode } from './child.js';
export type { ChildNode } from './child.js';
export { writeSelfSigned } from './self-signed.js';
