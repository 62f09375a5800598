import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Mutant, plant, type Suite } from './mutant.js';

export interface Verdict {
  readonly name: string;
  /** `out of time`: the specs did not end, which nobody would take for an answer. */
  readonly verdict: 'caught' | 'ESCAPED' | 'does not compile' | 'out of time';
  readonly seconds: number;
}

/** A copy of the repository with what is not committed; packages of others are linked, our own are the copy's. */
export function makeCopy(root: string): string {
  const copy = mkdtempSync(join(tmpdir(), 'parley-mutants-'));
  const list = execFileSync('git', ['ls-files', '-z', '-co', '--exclude-standard'], { cwd: root, encoding: 'utf8' });
  const dists = ['libs', 'apps'].flatMap((each) => readdirSync(join(root, each)).map((name) => `${each}/${name}/dist`));
  const nested = ['libs', 'apps'].flatMap((each) =>
    readdirSync(join(root, each)).map((name) => `${each}/${name}/node_modules`),
  );
  for (const path of [...list.split('\0'), ...dists, 'test/dist']) {
    if (path === '' || !existsSync(join(root, path))) continue;
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    cpSync(join(root, path), join(copy, path), { recursive: true, preserveTimestamps: true });
  }
  for (const path of nested) if (existsSync(join(root, path))) symlinkSync(join(root, path), join(copy, path));
  const modules = join(copy, 'node_modules');
  mkdirSync(modules);
  for (const name of readdirSync(join(root, 'node_modules'))) {
    const from = join(root, 'node_modules', name);
    if (name === '@parley') cpSync(from, join(modules, name), { recursive: true, verbatimSymlinks: true });
    else if (!name.startsWith('.vite')) symlinkSync(from, join(modules, name));
  }
  return copy;
}

type Outcome = 'passes' | 'fails' | 'out of time';
/** Of one suite; each takes less than half a minute by itself. */
const patience = 300_000;

function outcomeOf(copy: string, program: string, args: readonly string[]): Outcome {
  const { status, error } = spawnSync(join(copy, 'node_modules/.bin', program), args, {
    cwd: copy,
    stdio: 'ignore',
    timeout: patience,
  });
  if (error !== undefined && 'code' in error && error.code === 'ETIMEDOUT') return 'out of time';
  return status === 0 ? 'passes' : 'fails';
}

const compile = (copy: string): Outcome => outcomeOf(copy, 'tsc', ['-b']);
const test = (copy: string, { project, paths }: Suite): Outcome =>
  outcomeOf(copy, 'vitest', ['run', '--project', project, '--bail', '1', ...paths]);

/** The suites without a mutant. @throws Error when one fails: then "caught" would mean nothing */
export function checkUnmutated(copy: string, mutants: readonly Mutant[]): void {
  if (compile(copy) !== 'passes') throw new Error('the repository does not compile as it is');
  const suites = new Map(mutants.map(({ suite }) => [JSON.stringify(suite), suite]));
  for (const [name, suite] of suites)
    if (test(copy, suite) !== 'passes') throw new Error(`fails without any mutant: ${name}`);
}

export function tryMutant(copy: string, mutant: Mutant): Verdict {
  const file = join(copy, mutant.file);
  const source = readFileSync(file, 'utf8');
  const begun = performance.now();
  const told = (verdict: Verdict['verdict']): Verdict => ({
    name: mutant.name,
    verdict,
    seconds: Math.round((performance.now() - begun) / 100) / 10,
  });
  writeFileSync(file, plant(mutant, source));
  try {
    if (compile(copy) !== 'passes') return told('does not compile');
    const outcome = test(copy, mutant.suite);
    return told(outcome === 'passes' ? 'ESCAPED' : outcome === 'fails' ? 'caught' : outcome);
  } finally {
    writeFileSync(file, source);
  }
}

export const removeCopy = (copy: string): void => rmSync(copy, { recursive: true, force: true });
