import { writeMeasuredPart } from '../kit/measured-part.js';
import type { Mutant } from './mutant.js';
import type { Verdict } from './run.js';

/** Into the document at this path. */
export async function writeTable(
  path: string,
  mutants: readonly Mutant[],
  verdicts: readonly Verdict[],
): Promise<void> {
  const rows = mutants.map(({ name, breaks, file, suite }) => {
    const verdict = verdicts.find((each) => each.name === name);
    const cells = [name, breaks, `\`${file}\``, suite.paths.join(', '), verdict?.verdict, `${verdict?.seconds} s`];
    return `| ${cells.join(' | ')} |`;
  });
  const head =
    '| mutant | the promise it breaks | planted in | looked for by | verdict | time |\n|---|---|---|---|---|--:|';
  await writeMeasuredPart(path, 'mutants', [head, ...rows].join('\n'));
}
