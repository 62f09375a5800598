import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Mutant, plant } from './mutant.js';
import { help, type Options, parseOptions, UsageError } from './options.js';
import { domainMutants } from './planted/domain.js';
import { edgeMutants } from './planted/edge.js';
import { readSideMutants } from './planted/read-side.js';
import { verifierMutants } from './planted/verifier.js';
import { writeSideMutants } from './planted/write-side.js';
import { checkUnmutated, makeCopy, removeCopy, tryMutant } from './run.js';
import { writeTable } from './write-table.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const all: readonly Mutant[] = [
  ...domainMutants,
  ...writeSideMutants,
  ...readSideMutants,
  ...edgeMutants,
  ...verifierMutants,
];

try {
  const options = parseOptions(process.argv.slice(2), new Set(all.map(({ name }) => name)));
  if (options === null) process.stdout.write(help);
  else process.exitCode = await run(options);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n\n${help}`);
  process.exitCode = 2;
}

async function run({ only, list, json, writeDocs }: Options): Promise<number> {
  const mutants = all.filter(({ name }) => only?.includes(name) ?? true);
  for (const mutant of mutants) plant(mutant, readFileSync(`${root}${mutant.file}`, 'utf8'));
  if (list) {
    for (const { name, breaks } of mutants) console.log(`${name}: ${breaks}`);
    return 0;
  }
  const copy = makeCopy(root);
  try {
    checkUnmutated(copy, mutants);
    const verdicts = mutants.map((mutant) => {
      const verdict = tryMutant(copy, mutant);
      if (!json) console.log(`${verdict.verdict} ${verdict.name} ${verdict.seconds} s`);
      return verdict;
    });
    if (json) console.log(JSON.stringify(verdicts, null, 2));
    const caught = verdicts.filter(({ verdict }) => verdict === 'caught').length;
    if (!json) console.log(`\n${caught} of ${verdicts.length} caught`);
    if (writeDocs) await writeTable(`${root}docs/mutants.md`, mutants, verdicts);
    return caught === verdicts.length ? 0 : 1;
  } finally {
    removeCopy(copy);
  }
}
