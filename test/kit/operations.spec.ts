import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

/** Written from a running server by `npm run reference`. */
const served = new Set([...read('docs/reference/metrics.md').matchAll(/`(parley_[a-z_]+)`/g)].map(([, name]) => name));
const parts = /_(?:bucket|count|sum)$/;
const named = (text: string): readonly string[] =>
  [...new Set(text.match(/\bparley_[a-z_]+/g) ?? [])].map((name) =>
    served.has(name) ? name : name.replace(parts, ''),
  );

const files = ['prometheus', 'grafana'].flatMap((folder) =>
  readdirSync(new URL(`operations/${folder}/`, root)).map((file) => `operations/${folder}/${file}`),
);

describe('files for operators', () => {
  it.each(files.filter((file) => !file.endsWith('scrape.yml')))('%s names metrics that a server has', (file) => {
    const names = named(read(file));
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !served.has(name))).toEqual([]);
  });

  it('has words for each alert in the docs', () => {
    const alerts = [...read('operations/prometheus/alerts.yml').matchAll(/alert: (\w+)/g)].map(([, name]) => name);
    expect(alerts.length).toBeGreaterThan(0);
    const docs = read('docs/operations/alerts.md');
    expect(alerts.filter((name) => !docs.includes(`## ${name}`))).toEqual([]);
  });
});
