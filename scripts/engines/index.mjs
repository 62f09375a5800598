export { down, environment, status, up } from './launcher.mjs';
export * as faults from './faults.mjs';
