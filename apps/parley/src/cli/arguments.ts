/** `--name=value`, `--name value` and `--name` (true), and the rest in order. */
export interface Arguments {
  readonly words: readonly string[];
  readonly flags: Readonly<Record<string, string>>;
}

export function parseArguments(argv: readonly string[], switches: ReadonlySet<string> = new Set()): Arguments {
  const words: string[] = [];
  const flags: Record<string, string> = Object.create(null) as Record<string, string>;
  for (let i = 0; i < argv.length; i++) {
    const part = argv[i] ?? '';
    if (!part.startsWith('--')) {
      words.push(part);
      continue;
    }
    const [name = '', ...value] = part.slice(2).split('=');
    const next = argv[i + 1];
    if (value.length > 0) flags[name] = value.join('=');
    else if (switches.has(name) || next === undefined || next.startsWith('--')) flags[name] = 'true';
    else {
      flags[name] = next;
      i++;
    }
  }
  return { words, flags };
}
