export * from './describe-config.js';
export * from './load-config.js';
export type { Setting } from './setting.js';
export * from './settings.js';
