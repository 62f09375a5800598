export { down, up } from './at-hand.mjs';
export { environment, status } from './launcher.mjs';
export * as faults from './faults.mjs';
export * as smallDisks from './small-disks.mjs';
export { TcpProxy } from './tcp-proxy.mjs';
