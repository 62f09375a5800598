import { writeMeasuredPart } from '../kit/measured-part.js';
import { helpText, parseOptions, UsageError } from './options.js';
import { planFor } from './plan.js';
import { documentPart, linesOf } from './report.js';

try {
  const options = parseOptions(process.argv.slice(2));
  if (options === null) process.stdout.write(helpText);
  else if (options.demand === null) await writeMeasuredPart('docs/capacity.md', 'capacity', documentPart());
  else {
    const plan = planFor(options.demand);
    if (options.json) console.log(JSON.stringify({ demand: options.demand, plan }));
    else {
      for (const [name, value] of linesOf(plan)) console.log(`${name.padEnd(30)} ${value}`);
      console.log(`\nFirst to break: ${plan.firstToBreak}.`);
    }
  }
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n\n${helpText}`);
  process.exitCode = 2;
}
