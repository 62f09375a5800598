import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { flameSvg } from './flame-svg.js';
import { type CpuProfile, flameTree } from './flame-tree.js';

const help = `Usage: npm run flamegraph [-- --only saturated] [--out flames]

Runs a bench with a profiler in every thread of the Parley servers and draws where their time went: one SVG a thread, the
busiest first. Open them in a browser; each bar says what it is. A profiler slows what it looks at.

  --only NAME    a bench of npm run bench (default: saturated)
  --out DIR      for the pictures (default: flames)
`;

/** Of a thread that hardly did anything there is nothing to see. */
const leastMicros = 100_000;

function options(): { readonly only: string; readonly out: string } | null {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { only: text, out: text, help: { type: 'boolean' } } });
  return values.help === true ? null : { only: values.only ?? 'saturated', out: values.out ?? 'flames' };
}

function draw(profiles: string, out: string, only: string): void {
  const flames = readdirSync(profiles)
    .map((file) => flameTree(JSON.parse(readFileSync(join(profiles, file), 'utf8')) as CpuProfile))
    .filter(({ micros }) => micros >= leastMicros)
    .toSorted((a, b) => b.micros - a.micros);
  mkdirSync(out, { recursive: true });
  for (const [index, flame] of flames.entries()) {
    const file = join(out, `${only}-${index + 1}.svg`);
    writeFileSync(file, flameSvg(`${only}, thread ${index + 1}`, flame));
    console.log(`${file}: ${Math.round(flame.micros / 1_000)} ms`);
  }
}

function run(): number {
  const given = options();
  if (given === null) {
    process.stdout.write(help);
    return 0;
  }
  const profiles = mkdtempSync(join(tmpdir(), 'parley-flames-'));
  try {
    const bench = fileURLToPath(new URL('../main.js', import.meta.url));
    const words = [bench, '--quick', '--only', given.only, '--profile', profiles];
    const { status } = spawnSync(process.execPath, words, { stdio: ['ignore', 'inherit', 'inherit'] });
    if (status === 0) draw(profiles, given.out, given.only);
    return status ?? 1;
  } finally {
    rmSync(profiles, { recursive: true });
  }
}

try {
  process.exitCode = run();
} catch (error) {
  if (!(error instanceof TypeError) || !('code' in error)) throw error;
  process.stderr.write(`${error.message}\n\n${help}`);
  process.exitCode = 2;
}
