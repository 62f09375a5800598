import { describe, expect, it } from 'vitest';
import { parseEventStoreUrl } from './url.js';

describe('an EventStoreDB connection string', () => {
  it('gives hosts for logs and credentials for calls', () => {
    expect(
      parseEventStoreUrl('esdb://ann:p%40ss%3A@a.example:2113,b.example?tls=true&keep_alive-interval=10000'),
    ).toEqual({
      url: 'esdb://ann:p%40ss%3A@a.example:2113,b.example?tls=true&keep_alive-interval=10000',
      where: 'a.example:2113,b.example',
      credentials: { username: 'ann', password: 'p@ss:' },
    });
    expect(parseEventStoreUrl(' esdb+discover://cluster.example:2113/ ')).toMatchObject({
      where: 'cluster.example:2113',
      credentials: null,
    });
  });

  it.each([
    'http://ann:secret@localhost',
    'esdb://ann:secret@localhost?tsl=false',
    'esdb://ann:secret@localhost?tlsVerifyCert=false',
    'esdb://ann:secret@localhost?throwOnAppendFailure=false',
    'esdb://ann:secret@localhost?tls=',
    'esdb://ann:secret@',
  ])('is refused without telling the password: %s', (url) => {
    expect(() => parseEventStoreUrl(url)).toThrow(/^(?!.*secret)/);
  });
});
