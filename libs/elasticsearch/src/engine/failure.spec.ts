import { describe, expect, it } from 'vitest';
import { clientOptions, connect } from './connect.js';
import { asked, ElasticsearchFailure, isOverload } from './failure.js';
import { FakeNode } from './fake-node.kit.js';

describe('connect', () => {
  it('reads nodes and credentials from the addresses', () => {
    expect(clientOptions('https://me:p%40ss@es1:9200/base/, https://es2:9200')).toMatchObject({
      nodes: ['https://es1:9200/base', 'https://es2:9200'],
      auth: { username: 'me', password: 'p@ss' },
      maxRetries: 1,
    });
    expect(clientOptions('http://127.0.0.1:9200?apiKey=abc')).toMatchObject({
      nodes: ['http://127.0.0.1:9200'],
      auth: { apiKey: 'abc' },
      maxRetries: 0,
    });
    expect(clientOptions('http://es1:9200')).not.toHaveProperty('auth');
  });

  it.each(['es1:9200', 'redis://es1', ''])('refuses %j', (url) => {
    expect(() => clientOptions(url)).toThrow(TypeError);
  });
});

describe('asked', () => {
  it('tells status, type and reason, and holds nothing of the request', async () => {
    const node = await FakeNode.start(() => ({
      status: 429,
      body: { error: { root_cause: [{ type: 'es_rejected_execution_exception', reason: 'queue is full' }] } },
    }));
    const client = connect(node.url);
    const failed = await asked('search', client.search({ query: { term: { tokens: 'secret' } } })).catch(
      (error: unknown) => error,
    );
    expect(failed).toBeInstanceOf(ElasticsearchFailure);
    expect(failed).toMatchObject({ status: 429, type: 'es_rejected_execution_exception' });
    expect((failed as Error).message).toBe('search: 429 es_rejected_execution_exception: queue is full');
    expect(isOverload(failed)).toBe(true);
    expect(JSON.stringify({ ...(failed as object) }) + String((failed as Error).cause)).not.toContain('secret');
    await node.close();
  });

  it('tells that there was no answer', async () => {
    const node = await FakeNode.start(() => null);
    const { url } = node;
    const slow = asked('health', connect(url).cluster.health({}, { requestTimeout: 50 }));
    await expect(slow).rejects.toMatchObject({ status: null });
    await node.close();
    const away = asked('health', connect(url).cluster.health());
    await expect(away).rejects.toMatchObject({ status: null });
  });
});
