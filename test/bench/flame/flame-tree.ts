/** What Node writes with `--cpu-prof`: the form of the DevTools protocol (Profiler.Profile). */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
    readonly children?: readonly number[];
  }[];
  /** Node that was running, and microseconds since the sample before. */
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** A function where it was called from; all calls of it from there together. */
export interface Flame {
  readonly name: string;
  /** Microseconds in it and in what it called. */
  micros: number;
  readonly calls: readonly Flame[];
}

/** Nobody runs then. */
const idle: ReadonlySet<string> = new Set(['(idle)', '(program)']);

/** All that ran, under one root; the longest first. */
export function flameTree({ nodes, samples, timeDeltas }: CpuProfile): Flame {
  const self = new Map<number, number>();
  for (const [index, id] of samples.entries()) self.set(id, (self.get(id) ?? 0) + Math.max(0, timeDeltas[index] ?? 0));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const flameOf = (id: number): Flame | null => {
    const node = byId.get(id);
    if (node === undefined || idle.has(node.callFrame.functionName)) return null;
    const calls = (node.children ?? [])
      .map(flameOf)
      .filter((each) => each !== null)
      .toSorted((a, b) => b.micros - a.micros);
    const micros = calls.reduce((sum, call) => sum + call.micros, self.get(id) ?? 0);
    return { name: nameOf(node.callFrame), micros, calls };
  };
  const [root] = nodes;
  return (root === undefined ? null : flameOf(root.id)) ?? { name: '(root)', micros: 0, calls: [] };
}

function nameOf({ functionName, url, lineNumber }: CpuProfile['nodes'][number]['callFrame']): string {
  const name = functionName === '' ? '(anonymous)' : functionName;
  if (url === '') return name;
  const place = url
    .replace(/^.*\/node_modules\//, '')
    .split('/')
    .slice(-3)
    .join('/');
  return `${name} ${place}:${lineNumber + 1}`;
}
