/** Which specs should see a mutant: a project of vitest.config.ts and paths in it. */
export interface Suite {
  readonly project: 'unit' | 'integration' | 'e2e';
  readonly paths: readonly string[];
}

/** A small planted bug. */
export interface Mutant {
  readonly name: string;
  /** The promise that it breaks. */
  readonly breaks: string;
  readonly file: string;
  /** Stands exactly once in the file. */
  readonly find: string;
  readonly replace: string;
  readonly suite: Suite;
}

/** @throws Error when the text does not stand there exactly once: the mutant has rotted */
export function plant({ name, file, find, replace }: Mutant, source: string): string {
  const parts = source.split(find);
  if (parts.length !== 2)
    throw new Error(`mutant ${name}: its text stands ${parts.length - 1} times in ${file}, not once`);
  return parts.join(replace);
}
