import { helpText, listText, parseOptions, UsageError } from './options.js';
import { run } from './run.js';

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));

try {
  const options = parseOptions(process.argv.slice(2));
  if (typeof options === 'string') process.stdout.write(options === 'help' ? helpText : listText);
  else process.exitCode = (await run(options, (line) => void process.stdout.write(`${line}\n`))) ? 0 : 1;
} catch (error) {
  const isUsage = error instanceof UsageError;
  process.stderr.write(isUsage ? `${error.message}\n\n${helpText}` : `${String((error as Error).stack)}\n`);
  process.exitCode = isUsage ? 2 : 1;
}
process.exit();
