export { startCompatibleNode } from './node.js';
export type { CompatibleNode, CompatibleNodeOptions } from './node.js';
export { spawnCompatibleNode } from './child.js';
export type { ChildNode, ChildNodeOptions } from './child.js';
