export { checks, type Check, type Difference } from './findings.js';
export type { LogSource, RowSource } from './sources.js';
export { type Progress, type Report, verify, type VerifyOptions } from './verify.js';
