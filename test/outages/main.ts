import { helpText, parseOptions, UsageError } from './options.js';
import { run } from './run.js';

// Leaving by `exit` takes the processes of the apps along; engines stay until the next run or `engines:down`.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));

try {
  const options = parseOptions(process.argv.slice(2));
  if (options === null) process.stdout.write(helpText);
  else process.exitCode = (await run(options, (line) => void process.stdout.write(`${line}\n`))) ? 0 : 1;
} catch (error) {
  process.stderr.write(
    error instanceof UsageError ? `${error.message}\n\n${helpText}` : `${String((error as Error).stack)}\n`,
  );
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
// Sockets of people that nobody could put to sleep must not keep it alive.
process.exit();
