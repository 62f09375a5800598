import { helpText, parseOptions, UsageError } from './options.js';
import { run } from './run.js';
import { scenarios } from './scenarios/scenarios.js';

const names = Object.keys(scenarios);
const list = names.map((name) => `${name.padEnd(14)} ${scenarios[name]?.what ?? ''}\n`).join('');

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));

try {
  const options = parseOptions(process.argv.slice(2), names);
  if (typeof options === 'string') process.stdout.write(options === 'help' ? helpText(names) : list);
  else process.exitCode = (await run(options, (line) => void process.stdout.write(`${line}\n`))) ? 0 : 1;
} catch (error) {
  const isUsage = error instanceof UsageError;
  process.stderr.write(isUsage ? `${error.message}\n\n${helpText(names)}` : `${String((error as Error).stack)}\n`);
  process.exitCode = isUsage ? 2 : 1;
}
process.exit();
