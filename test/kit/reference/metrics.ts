import { code, pageOf, table } from './markdown.js';

/** Every metric of our own in an exposition text (`# HELP` and `# TYPE` lines). */
export function metricsReference(exposition: string): Promise<string> {
  const lines = exposition.split('\n');
  const types = new Map(lines.flatMap((line) => pairs(/^# TYPE (\S+) (\S+)$/, line)));
  const helps = lines.flatMap((line) => pairs(/^# HELP (parley_\S+) (.+)$/, line));
  const rows = helps
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, help]) => [code(name), types.get(name) ?? '', help]);
  return pageOf(
    'Metrics',
    'Served at `/metrics` in Prometheus form, in base units. No metric is labelled with a person or a conversation. Those of the process (`process_…`, `nodejs_…`) are the usual ones of prom-client.',
    table(['Metric', 'Type', 'Meaning'], rows),
  );
}

function pairs(pattern: RegExp, line: string): (readonly [string, string])[] {
  const [, name, value] = pattern.exec(line) ?? [];
  return name === undefined || value === undefined ? [] : [[name, value]];
}
