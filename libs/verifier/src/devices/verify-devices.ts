import { type Check, type Difference, Findings } from '../findings.js';
import type { LogSource } from '../sources.js';
import { DeviceCheck } from './device-check.js';
import { type Ledger, LedgerUnreadable, parseEntry } from './ledger.js';
import { SaidInLog } from './said.js';

export interface DeviceReport {
  readonly ledgers: number;
  readonly entries: number;
  /** Ledgers of devices that did not close while live: how they ended is not known. */
  readonly cutOff: readonly string[];
  readonly compared: Readonly<Record<Check, number>>;
  readonly different: Readonly<Record<Check, number>>;
  readonly examples: readonly Difference[];
  readonly isClean: boolean;
}

export interface VerifyDevicesOptions {
  readonly log: LogSource;
  readonly ledgers: readonly Ledger[];
  readonly examples: number;
  readonly tell: (progress: { readonly phase: 'ledgers'; readonly done: number; readonly total: number }) => void;
}

/**
 * Holds what devices wrote down against the log: from outside, without a row of the server. Devices that were closed
 * while they were live must have had everything by then: let them catch up before. In memory are eight bytes a message of
 * the conversations that ledgers speak of.
 * @throws LedgerUnreadable with name and line
 */
export async function verifyDevices({ log, ledgers, examples, tell }: VerifyDevicesOptions): Promise<DeviceReport> {
  const findings = new Findings(examples);
  const said = new SaidInLog(log);
  const cutOff: string[] = [];
  let entries = 0;
  for (const [index, ledger] of ledgers.entries()) {
    const device = new DeviceCheck(ledger.name, said, findings);
    let line = 0;
    let broken: Error | null = null;
    for await (const text of ledger.lines()) {
      // Only the very last line may be cut off.
      if (broken !== null) throw broken;
      line++;
      try {
        const entry = parseEntry(text);
        entries++;
        if (entry !== null) await device.take(entry, line);
      } catch (error) {
        if (!(error instanceof LedgerUnreadable)) throw error;
        broken = new LedgerUnreadable(`${ledger.name}:${line}: ${error.message}`);
      }
    }
    if (!device.hasEnded) cutOff.push(ledger.name);
    tell({ phase: 'ledgers', done: index + 1, total: ledgers.length });
  }
  const { compared, different, examples: first, isClean } = findings;
  return { ledgers: ledgers.length, entries, cutOff, compared, different, examples: first, isClean };
}
