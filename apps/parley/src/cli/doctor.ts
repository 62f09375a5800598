import { loadConfig } from '@parley/platform';
import { chooseEngines } from '../composition/engine-choice.js';
import { parseArguments } from './arguments.js';
import { eventLog, server } from './doctor/data.js';
import { reachable } from './doctor/engines.js';
import type { Finding } from './doctor/finding.js';
import { certificate, dataFolder, fileLimit, nodeVersion } from './doctor/machine.js';
import { UsageError } from './errors.js';

const signs = { good: '✓', warning: '!', wrong: '✗' } as const;

/**
 * Looks at everything that a server needs, and says how to mend what is wrong. Exit codes: 0 it can run (warnings are
 * told), 1 something is wrong, 2 wrong use or configuration: every mistake of that is named.
 */
export async function doctor(argv: readonly string[]): Promise<number> {
  const { words, flags } = parseArguments(argv, new Set(['json']));
  const { json, ...settings } = flags;
  if (words.length > 0) throw new UsageError('Usage: parley doctor [--json] [settings as for serve]');
  const config = loadConfig(process.env, settings);
  const { log } = chooseEngines(config);
  const now = Date.now();
  const findings: readonly Finding[] = [
    nodeVersion(process.version),
    ...dataFolder(config),
    ...(log === 'embedded' ? await eventLog(config, now) : []),
    await server(config),
    certificate(config, now),
    fileLimit(),
    ...(await reachable(config)),
  ];
  if (json === 'true') console.log(JSON.stringify(findings));
  else for (const finding of findings) tell(finding);
  return findings.some(({ state }) => state === 'wrong') ? 1 : 0;
}

function tell({ about, state, told, mend }: Finding): void {
  console.log(`${signs[state]} ${about.padEnd(14)} ${told}`);
  if (mend !== null) console.log(`  ${' '.repeat(14)} → ${mend}`);
}
