import { helpText, parseOptions, UsageError } from './options.js';
import { simulate } from './simulate.js';

try {
  const options = parseOptions(process.argv.slice(2), Math.random());
  if (options === null) console.log(helpText);
  else process.exitCode = (await simulate(options, (line) => console.log(line))) ? 0 : 1;
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`${error.message}\n\n${helpText}`);
  process.exitCode = 2;
}
