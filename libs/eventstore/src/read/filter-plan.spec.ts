import { describe, expect, it } from 'vitest';
import { planFilter } from './filter-plan.js';

const event = (stream: string, type: string) => ({
  eventId: 'e',
  type,
  data: '{}',
  metadata: '{}',
  time: 0,
  stream,
  revision: 0,
  position: 1,
});
const serverFilter = (filter?: Parameters<typeof planFilter>[0]) => planFilter(filter).forServer(() => undefined);

describe('a filter', () => {
  it('leaves out system events where nothing else is asked for', () => {
    for (const filter of [undefined, {}, { streamPrefixes: [''] }, { streamPrefixes: ['', '$'] }]) {
      const plan = planFilter(filter);
      expect(plan).toMatchObject({ isEmpty: false, isNarrow: false });
      expect(plan.passes(event('user-1', 'A.v1'))).toBe(true);
      expect(plan.passes(event('$stats-1', 'A.v1'))).toBe(false);
      expect(serverFilter(filter)).toMatchObject({ filterOn: 'streamName', regex: '^[^$]' });
    }
  });

  it('filters streams at the server and types exactly here', () => {
    const both = { streamPrefixes: ['user-', 'receipts-'], types: ['A.v1'] };
    expect(serverFilter(both)).toMatchObject({ filterOn: 'streamName', prefixes: ['user-', 'receipts-'] });
    const { passes } = planFilter(both);
    expect(passes(event('user-1', 'A.v1'))).toBe(true);
    expect(passes(event('user-1', 'A.v10'))).toBe(false);
    expect(passes(event('conversation-1', 'A.v1'))).toBe(false);
    expect(serverFilter({ types: ['A.v1'] })).toMatchObject({ filterOn: 'eventType', prefixes: ['A.v1'] });
    expect(planFilter({ types: ['$>'] }).passes(event('$ce-user', '$>'))).toBe(false);
  });

  it('knows when nothing can pass', () => {
    for (const filter of [{ types: [] }, { streamPrefixes: [] }, { streamPrefixes: ['$'], types: ['A.v1'] }]) {
      expect(planFilter(filter).isEmpty).toBe(true);
    }
  });
});
