import { describe, expect, it } from 'vitest';
import { describeRedis, parseRedisUrl } from './redis-url.js';

describe('the URL of Redis', () => {
  it('names one server', () => {
    expect(parseRedisUrl('redis://127.0.0.1')).toEqual({
      kind: 'single',
      tls: false,
      address: { host: '127.0.0.1', port: 6379 },
      database: 0,
    });
    expect(parseRedisUrl('rediss://ann:p%40ss%3Aword@cache.example:7000/3')).toEqual({
      kind: 'single',
      tls: true,
      username: 'ann',
      password: 'p@ss:word',
      address: { host: 'cache.example', port: 7000 },
      database: 3,
    });
    expect(parseRedisUrl('redis://:secret@[::1]:6380/')).toMatchObject({
      password: 'secret',
      address: { host: '::1', port: 6380 },
    });
  });

  it('names sentinels and their master', () => {
    expect(parseRedisUrl('redis+sentinel://:secret@one,two:26380/mymaster/2?sentinelPassword=other')).toEqual({
      kind: 'sentinel',
      tls: false,
      password: 'secret',
      sentinels: [
        { host: 'one', port: 26379 },
        { host: 'two', port: 26380 },
      ],
      master: 'mymaster',
      database: 2,
      sentinelPassword: 'other',
    });
  });

  it('names nodes of a cluster', () => {
    expect(parseRedisUrl('rediss+cluster://one:7001,two:7002')).toEqual({
      kind: 'cluster',
      tls: true,
      nodes: [
        { host: 'one', port: 7001 },
        { host: 'two', port: 7002 },
      ],
    });
  });

  it.each([
    ['http://127.0.0.1', /must look like/],
    ['redis://', /must look like/],
    ['redis://one,two', /several need/],
    ['redis://one/0/1', /one number/],
    ['redis://one:0', /not a host/],
    ['redis://one:99999', /not a host/],
    ['redis://one/first', /not the number/],
    ['redis+sentinel://one,two', /name of the master/],
    ['redis+cluster://one/1', /no numbered databases/],
  ])('refuses %s and says why', (url, reason) => {
    expect(() => parseRedisUrl(url)).toThrow(reason);
  });

  it.each([
    'redis://ann:secret@one:6379/1',
    'rediss+sentinel://ann:secret@one:26379,[::1]:26379/mymaster/0?sentinelPassword=secret',
    'redis+cluster://ann:secret@one:7001',
  ])('is told without credentials: %s', (url) => {
    const told = describeRedis(parseRedisUrl(url));
    expect(told).toBe(url.replace('ann:secret@', '').replace(/\?.*/, ''));
  });
});
