import { readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import type { Mutant } from './mutant.js';
import type { Verdict } from './run.js';

const begin = '<!-- mutants: begin (npm run mutants -- --write-docs) -->';
const end = '<!-- mutants: end -->';

/** Between the two marks of the document. @throws Error when they are not there */
export async function writeTable(
  path: string,
  mutants: readonly Mutant[],
  verdicts: readonly Verdict[],
): Promise<void> {
  const document = readFileSync(path, 'utf8');
  const [before, after] = [document.indexOf(begin), document.indexOf(end)];
  if (before < 0 || after < before) throw new Error(`${path} has no marks for the table`);
  const rows = mutants.map(({ name, breaks, file, suite }) => {
    const verdict = verdicts.find((each) => each.name === name);
    const cells = [name, breaks, `\`${file}\``, suite.paths.join(', '), verdict?.verdict, `${verdict?.seconds} s`];
    return `| ${cells.join(' | ')} |`;
  });
  const table = [
    '| mutant | the promise it breaks | planted in | looked for by | verdict | time |',
    '|---|---|---|---|---|--:|',
    ...rows,
  ];
  const text = `${document.slice(0, before)}${begin}\n\n${table.join('\n')}\n\n${document.slice(after)}`;
  writeFileSync(path, await format(text, { ...(await resolveConfig(path)), filepath: path }));
}
