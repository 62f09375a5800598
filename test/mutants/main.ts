import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Mutant, plant } from './mutant.js';
import { domainMutants } from './planted/domain.js';
import { edgeMutants } from './planted/edge.js';
import { readSideMutants } from './planted/read-side.js';
import { writeSideMutants } from './planted/write-side.js';
import { checkUnmutated, makeCopy, removeCopy, tryMutant } from './run.js';

const help = `Usage: npm run mutants -- [--only name,…] [--list] [--json] [--help]
Plants small bugs in a copy of the repository, one at a time, and runs the specs that should see each.
Exit code 1: one escaped or does not compile.`;

const root = fileURLToPath(new URL('../../../', import.meta.url));
const boolean = { type: 'boolean' } as const;
const { values } = parseArgs({ options: { only: { type: 'string' }, list: boolean, json: boolean, help: boolean } });
const all: readonly Mutant[] = [...domainMutants, ...writeSideMutants, ...readSideMutants, ...edgeMutants];
const names = values.only?.split(',');
const unknown = names?.filter((name) => !all.some((mutant) => mutant.name === name)) ?? [];
if (unknown.length > 0) throw new Error(`there is no mutant ${unknown.join(', ')}`);
const mutants = all.filter(({ name }) => names?.includes(name) ?? true);
for (const mutant of mutants) plant(mutant, readFileSync(`${root}${mutant.file}`, 'utf8'));

if (values.help === true) console.log(help);
else if (values.list === true) for (const { name, breaks } of mutants) console.log(`${name}: ${breaks}`);
else {
  const copy = makeCopy(root);
  try {
    checkUnmutated(copy, mutants);
    const verdicts = mutants.map((mutant) => {
      const verdict = tryMutant(copy, mutant);
      if (values.json !== true) console.log(`${verdict.verdict} ${verdict.name} ${verdict.seconds} s`);
      return verdict;
    });
    if (values.json === true) console.log(JSON.stringify(verdicts, null, 2));
    if (verdicts.some(({ verdict }) => verdict !== 'caught')) process.exitCode = 1;
  } finally {
    removeCopy(copy);
  }
}
