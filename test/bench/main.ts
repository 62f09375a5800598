import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { allBenches } from './benches/all-benches.js';
import { Grounds } from './benches/grounds.js';
import { clusterBenches } from './cluster/cluster-benches.js';
import { ClusterGrounds } from './cluster/cluster-grounds.js';
import { type BenchOptions, helpText, parseOptions, UsageError } from './options.js';
import { withMeasured } from './report/document.js';
import { figuresTable } from './report/figures-table.js';
import { goalFigures, lastLine } from './report/summary.js';
import { type Report, runBenches } from './run.js';

const argv = process.argv.slice(2);
const isCluster = argv.includes('--cluster');
const names = (isCluster ? clusterBenches : allBenches).map(({ name }) => name);
const docs = new URL('../../../docs/', import.meta.url);

async function main(): Promise<number> {
  const options = parseOptions(argv, names);
  if (options === null) {
    process.stdout.write(helpText(names));
    return 0;
  }
  const report = await run(options, ['npm run bench', ...(argv.length > 0 ? ['--', ...argv] : [])].join(' '));
  console.log(`\nThe goals\n${figuresTable(goalFigures(report))}`);
  if (options.json !== null) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
  if (options.writeDocs) writeDocs(report, new URL(isCluster ? 'benchmarks-cluster.md' : 'benchmarks.md', docs));
  console.log(`\n${lastLine(report)}`);
  return report.failures.length > 0 ? 1 : 0;
}

function run(options: BenchOptions, command: string): Promise<Report> {
  if (!isCluster) {
    const suite = { benches: allBenches, place: (all: BenchOptions, say: Say) => new Grounds(all, say) };
    return runBenches(suite, options, command, console.log);
  }
  const suite = { benches: clusterBenches, place: (all: BenchOptions, say: Say) => new ClusterGrounds(all, say) };
  return runBenches(suite, options, command, console.log);
}

type Say = (text: string) => void;

function writeDocs(report: Report, document: URL): void {
  writeFileSync(document, withMeasured(readFileSync(document, 'utf8'), report));
  for (const { pictures = {} } of report.results) {
    for (const [file, content] of Object.entries(pictures)) {
      const path = new URL(file, docs);
      mkdirSync(new URL('.', path), { recursive: true });
      writeFileSync(path, content);
    }
  }
}

// Servers are killed and folders removed when this process exits, also when it is interrupted.
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));
try {
  process.exitCode = await main();
} catch (error) {
  const usage = error instanceof UsageError;
  process.stderr.write(usage ? `${error.message}\n\n${helpText(names)}` : `${String((error as Error).stack)}\n`);
  process.exitCode = usage ? 2 : 1;
}
