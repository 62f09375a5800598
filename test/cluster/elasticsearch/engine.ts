import { ElasticsearchSearch, type ElasticsearchOptions } from '@parley/elasticsearch';
import { createLogger } from '@parley/platform';
import { randomBytes } from 'node:crypto';

/** Of the running engine. */
function engineUrl(): string {
  const url = process.env['ELASTICSEARCH_URL'];
  if (url === undefined) {
    throw new Error(
      'ELASTICSEARCH_URL is not set: these tests need a running Elasticsearch, such as http://127.0.0.1:9200',
    );
  }
  return url;
}

export const aPrefix = (): string => `test-${randomBytes(6).toString('hex')}`;

/** Searches of an installation of its own, gone when closed. */
export class TestSearch {
  readonly prefix: string;
  readonly search: ElasticsearchSearch;

  constructor(options: Partial<ElasticsearchOptions> = {}) {
    this.prefix = options.prefix ?? aPrefix();
    this.search = new ElasticsearchSearch({
      url: engineUrl(),
      logger: createLogger('silent'),
      partitions: 1,
      shards: 2,
      replicas: 0,
      refreshMs: 20,
      ...options,
      prefix: this.prefix,
    });
  }

  /** The messages go; the rest stays for the next one of the same prefix, which saves a second. */
  async closeMessages(): Promise<void> {
    await this.search.close();
    for (const index of await this.indices()) if (index.includes('-messages-')) await ask('DELETE', `/${index}`);
  }

  async close(): Promise<void> {
    await this.search.close();
    for (const index of await this.indices()) await ask('DELETE', `/${index}`);
    for (const template of [`${this.prefix}-messages-v1`, `${this.prefix}-search-progress-v1`]) {
      await ask('DELETE', `/_index_template/${template}`);
    }
  }

  async indices(): Promise<readonly string[]> {
    return Object.keys(await ask('GET', `/${this.prefix}-*?filter_path=*.settings.index.uuid`));
  }
}

/** Beside the adapter: what an operator could do. */
export async function ask(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
  const answer = await fetch(new URL(path, engineUrl()), {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return (await answer.json()) as Record<string, unknown>;
}
