export { type Ledger, LedgerUnreadable } from './devices/ledger.js';
export { type DeviceReport, verifyDevices } from './devices/verify-devices.js';
export { checks, type Check, deviceChecks, type Difference } from './findings.js';
export type { LogSource, RowSource } from './sources.js';
export { type Progress, type Report, verify, type VerifyOptions } from './verify.js';
