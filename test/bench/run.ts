import { mkdirSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import type { Bench, BenchContext } from './benches/bench.js';
import { machineFacts } from './measure/machine.js';
import type { BenchOptions } from './options.js';
import type { BenchResult } from './report/figure.js';
import { figuresTable } from './report/figures-table.js';

/** All that one run has found. */
export interface Report {
  readonly startedAt: string;
  readonly command: string;
  readonly machine: readonly string[];
  readonly results: readonly BenchResult[];
  /** Benches that ended with an error, and why. */
  readonly failures: readonly { readonly name: string; readonly reason: string }[];
}

/** Benches, and where they find what they measure. */
export interface Suite<Place extends { leave(): Promise<void> }> {
  readonly benches: readonly Bench<Place>[];
  place(options: BenchOptions, say: (text: string) => void): Place;
}

/** Runs the chosen benches one after the other; a bench that fails does not keep the others from running. */
export async function runBenches<Place extends { leave(): Promise<void> }>(
  suite: Suite<Place>,
  options: BenchOptions,
  command: string,
  print: (text: string) => void,
): Promise<Report> {
  const started = performance.now();
  const say = (text: string): void =>
    print(`  ${((performance.now() - started) / 1_000).toFixed(0).padStart(4)} s  ${text}`);
  if (options.profiles !== null) mkdirSync(options.profiles, { recursive: true });
  const startedAt = new Date().toISOString();
  const machine = machineFacts(options.directory);
  print(machine.join('\n'));

  const grounds = suite.place(options, say);
  const context: BenchContext<Place> = { settings: options, grounds, say };
  const results: BenchResult[] = [];
  const failures: Report['failures'][number][] = [];
  try {
    for (const bench of suite.benches) {
      if (options.only !== null && !options.only.includes(bench.name)) continue;
      print(`\n${bench.name}: ${bench.title}`);
      try {
        results.push(await measured(bench, context, print));
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        failures.push({ name: bench.name, reason });
        print(`FAILED: ${error instanceof Error ? (error.stack ?? reason) : reason}`);
      }
    }
  } finally {
    await grounds.leave();
  }
  return { startedAt, command, machine, results, failures };
}

async function measured<Place>(
  bench: Bench<Place>,
  context: BenchContext<Place>,
  print: (text: string) => void,
): Promise<BenchResult> {
  const result: BenchResult = { name: bench.name, title: bench.title, ...(await bench.run(context)) };
  for (const detail of result.details ?? []) print(`\n${detail}\n`);
  print(`${figuresTable(result.figures)}\n${result.notes.map((note) => `- ${note}`).join('\n')}`);
  return result;
}
