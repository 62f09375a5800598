import { afterAll } from 'vitest';
import { searchContract } from '../../contract/search.contract.js';
import { aPrefix, TestSearch } from './engine.js';

const prefix = aPrefix();
const last = new TestSearch({ prefix });
afterAll(() => last.close());

searchContract('Elasticsearch', async (sources) => {
  const test = new TestSearch({ prefix });
  const store = await test.search.openStore({ partition: 0, version: 1 });
  return {
    reader: test.search.reader(sources),
    apply: async (operations, checkpoint) => {
      await store.apply({ operations, parked: [], checkpoint });
      if (!(await test.search.searchable(checkpoint, 30_000))) throw new Error(`${checkpoint} is not searchable`);
    },
    close: async () => {
      await store.close();
      await test.closeMessages();
    },
  };
});
