import { ConfigurationError } from '@parley/platform';
import { ExpectedFailure, UsageError } from './errors.js';
import { help } from './help.js';

const commands: Readonly<Record<string, (argv: readonly string[]) => Promise<number>>> = {
  // Each brings along only what it needs: the server's parts take half a second to load.
  serve: async (rest) => (await import('./serve.js')).serve(rest),
  migrate: async (rest) => (await import('./migrate.js')).migrate(rest),
  projections: async (rest) => (await import('./projections.js')).projections(rest),
  verify: async (rest) => (await import('./verify.js')).verifyFolder(rest),
  doctor: async (rest) => (await import('./doctor.js')).doctor(rest),
  backup: async (rest) => (await import('./backup.js')).backupFolder(rest),
  restore: async (rest) => (await import('./backup.js')).restoreFolder(rest),
  chat: async (rest) => (await import('./chat.js')).chat(rest),
  token: async (rest) => (await import('./token.js')).token(rest),
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
