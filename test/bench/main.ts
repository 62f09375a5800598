import { readFileSync, writeFileSync } from 'node:fs';
import { allBenches } from './benches/all-benches.js';
import { helpText, parseOptions, UsageError } from './options.js';
import { withMeasured } from './report/document.js';
import { figuresTable } from './report/figures-table.js';
import { goalFigures, lastLine } from './report/summary.js';
import { runBenches } from './run.js';

const document = new URL('../../../docs/benchmarks.md', import.meta.url);
const names = allBenches.map(({ name }) => name);

async function main(argv: readonly string[]): Promise<number> {
  const options = parseOptions(argv, names);
  if (options === null) {
    process.stdout.write(helpText(names));
    return 0;
  }
  const command = ['npm run bench', ...(argv.length > 0 ? ['--', ...argv] : [])].join(' ');
  const report = await runBenches(options, command, console.log);
  console.log(`\nThe goals\n${figuresTable(goalFigures(report))}`);
  if (options.json !== null) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
  if (options.writeDocs) writeFileSync(document, withMeasured(readFileSync(document, 'utf8'), report));
  console.log(`\n${lastLine(report)}`);
  return report.failures.length > 0 ? 1 : 0;
}

// Servers are killed and folders removed when this process exits, also when it is interrupted.
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const usage = error instanceof UsageError;
  process.stderr.write(usage ? `${error.message}\n\n${helpText(names)}` : `${String((error as Error).stack)}\n`);
  process.exitCode = usage ? 2 : 1;
}
