import { parseArgs } from 'node:util';

export const help = `Usage: npm run mutants -- [--only name,…] [--list] [--json] [--write-docs] [--help]
Plants small bugs in a copy of the repository, one at a time, and runs the specs that should see each.
--write-docs puts the table of all of them into docs/mutants.md.
Exit codes: 0 all were caught, 1 one was not, 2 wrong use.
`;

export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface Options {
  /** null: all of them. */
  readonly only: readonly string[] | null;
  readonly list: boolean;
  readonly json: boolean;
  readonly writeDocs: boolean;
}

/** null: help is asked for. @throws UsageError */
export function parseOptions(argv: readonly string[], known: ReadonlySet<string>): Options | null {
  const boolean = { type: 'boolean', default: false } as const;
  const options = {
    only: { type: 'string' },
    list: boolean,
    json: boolean,
    'write-docs': boolean,
    help: boolean,
  } as const;
  const values = parsed(() => parseArgs({ args: [...argv], options, strict: true }).values);
  if (values.help) return null;
  const only = values.only?.split(',') ?? null;
  const unknown = only?.filter((name) => !known.has(name)) ?? [];
  if (unknown.length > 0) throw new UsageError(`There is no mutant ${unknown.join(', ')}. All of them: --list`);
  if (only !== null && values['write-docs']) throw new UsageError('--write-docs needs all mutants: leave out --only.');
  return { only, list: values.list, json: values.json, writeDocs: values['write-docs'] };
}

function parsed<Values>(parse: () => Values): Values {
  try {
    return parse();
  } catch (error) {
    throw error instanceof TypeError ? new UsageError(error.message) : error;
  }
}
