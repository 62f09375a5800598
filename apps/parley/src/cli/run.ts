import { ConfigurationError } from '@parley/platform';
import { ExpectedFailure, UsageError } from './errors.js';
import { help } from './help.js';
import { projections } from './projections.js';
import { serve } from './serve.js';
import { token } from './token.js';

const commands: Readonly<Record<string, (argv: readonly string[]) => Promise<number>>> = {
  serve,
  projections,
  token,
  help: () => Promise.resolve(help()),
};

/** Exit codes: 0 done, 1 failed, 2 wrong use or configuration. */
export async function run(argv: readonly string[]): Promise<number> {
  const [name = 'serve', ...rest] = argv[0]?.startsWith('--') === true ? ['serve', ...argv] : argv;
  if (argv.includes('--help') || argv.includes('-h')) return help();
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    console.error(`There is no command ${JSON.stringify(name)}.\n`);
    help(console.error);
    return 2;
  }
  try {
    return await command(rest);
  } catch (error) {
    if (error instanceof ConfigurationError || error instanceof UsageError) {
      console.error(error.message);
      return 2;
    }
    console.error(error instanceof ExpectedFailure ? error.message : error);
    return 1;
  }
}
