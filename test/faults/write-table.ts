import { cpus } from 'node:os';
import { writeMeasuredPart } from '../kit/measured-part.js';
import type { Row } from './row.js';

/** Into the document at this path. */
export async function writeTable(path: string, rows: readonly Row[]): Promise<void> {
  const lines = rows.map(
    ({ done, acked, lost, doubled, outOfOrder, longestPauseMs }) =>
      `| ${done} | ${acked} | ${lost} | ${doubled} | ${outOfOrder} | ${(longestPauseMs / 1_000).toFixed(1)} s |`,
  );
  const machine = `${new Date().toISOString().slice(0, 10)}, ${cpus().length} cores, once each; the verifier was clean each time.`;
  const head =
    '| what was done | sends acknowledged | lost | doubled | out of order | longest pause |\n|---|--:|--:|--:|--:|--:|';
  await writeMeasuredPart(path, 'faults', [machine, '', head, ...lines].join('\n'));
}
