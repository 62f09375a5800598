import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parley } from '../kit/operator.js';
import { judge, loggedMessages } from './judge.js';
import type { FaultOptions } from './options.js';
import type { Row } from './row.js';
import { type Scenario, scenarios } from './scenarios/scenarios.js';
import { Talk } from './talk.js';
import { writeTable } from './write-table.js';

/** True: every promise was kept. */
export async function run(options: FaultOptions, tell: (line: string) => void): Promise<boolean> {
  let isKept = true;
  const rows: Row[] = [];
  for (const name of options.only) {
    const home = join(options.home, name);
    try {
      const row = await play(name, scenarios[name] as Scenario, home, options);
      rows.push(row);
      tell(options.json ? JSON.stringify(row) : lineOf(row));
      const isGood = row.lost + row.doubled + row.outOfOrder === 0 && row.verifier === 'clean';
      isKept &&= isGood;
      if (isGood) rmSync(home, { recursive: true });
    } catch (error) {
      isKept = false;
      tell(`✗ ${name}: ${String((error as Error).stack)}; data and ledgers in ${home}`);
    }
  }
  if (options.docs !== null && isKept) await writeTable(options.docs, rows);
  return isKept;
}

async function play(name: string, scenario: Scenario, home: string, options: FaultOptions): Promise<Row> {
  const dataDir = join(home, 'data');
  mkdirSync(dataDir, { recursive: true });
  const { diskMiB } = scenario;
  if (diskMiB !== undefined) execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${diskMiB}m`, 'tmpfs', dataDir]);
  let talk: Talk | null = null;
  try {
    talk = await Talk.begin(home, { ...scenario, seed: options.seed });
    const done = await scenario.harm(talk, options);
    await talk.end(async () => (await loggedMessages(dataDir)).length);
    const verified = await parley(talk.server.settings, 'verify', '--device-logs', talk.ledgerFolder);
    const verdict = judge(await loggedMessages(dataDir), talk.ledgers);
    const { accepted: acked, longestPauseMs } = talk;
    const verifier = verified.code === 0 ? 'clean' : `${verified.out}${verified.err}`;
    return { name, done, acked, ...verdict, longestPauseMs: Math.round(longestPauseMs), verifier };
  } finally {
    await talk?.server.kill();
    if (diskMiB !== undefined) execFileSync('umount', [dataDir]);
  }
}

const lineOf = ({ name, done, acked, lost, doubled, outOfOrder, longestPauseMs, verifier }: Row): string =>
  `${name}: ${done}\n  acknowledged ${acked}, lost ${lost}, doubled ${doubled}, out of order ${outOfOrder}, ` +
  `longest pause ${(longestPauseMs / 1_000).toFixed(1)} s, verifier: ${verifier}`;
