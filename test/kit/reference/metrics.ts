import { code, pageOf, pageWrittenBy, table } from './markdown.js';

/** Every metric of our own in the exposition texts (`# HELP` and `# TYPE` lines) of apps, by the app. */
export function metricsReference(expositions: Readonly<Record<string, string>>): Promise<string> {
  const apps = Object.keys(expositions);
  const lines = Object.values(expositions).flatMap((text) => text.split('\n'));
  const types = new Map(lines.flatMap((line) => pairs(/^# TYPE (\S+) (\S+)$/, line)));
  const helps = new Map(lines.flatMap((line) => pairs(/^# HELP (parley_\S+) (.+)$/, line)));
  const servedBy = (name: string): string =>
    apps.filter((app) => expositions[app]?.includes(`# TYPE ${name} `)).join(', ');
  const rows = [...helps]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, help]) => [code(name), types.get(name) ?? '', ...(apps.length > 1 ? [servedBy(name)] : []), help]);
  const served =
    'Served at `/metrics` in Prometheus form, in base units. No metric is labelled with a person or a conversation. Those of the process (`process_…`, `nodejs_…`) are the usual ones of prom-client.';
  return apps.length > 1
    ? pageWrittenBy(
        'npm run test:cluster -- spec-conformance-metrics --update',
        'Metrics of a cluster',
        `${served} Every process serves its own.`,
        table(['Metric', 'Type', 'Of', 'Meaning'], rows),
      )
    : pageOf(
        'Metrics',
        `${served} Those of the apps of a cluster: [metrics of a cluster](metrics-cluster.md).`,
        table(['Metric', 'Type', 'Meaning'], rows),
      );
}

function pairs(pattern: RegExp, line: string): (readonly [string, string])[] {
  const [, name, value] = pattern.exec(line) ?? [];
  return name === undefined || value === undefined ? [] : [[name, value]];
}
