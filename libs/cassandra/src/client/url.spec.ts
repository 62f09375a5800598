import { describe, expect, it } from 'vitest';
import { InvalidCassandraUrl, parseCassandraUrl } from './url.js';

describe('the URL of Cassandra', () => {
  it('names nodes, keyspace, data centre, credentials and TLS', () => {
    expect(parseCassandraUrl('cassandra://me:s%40cret@a.example,b.example:9142/parley?dc=west&tls=true')).toEqual({
      contactPoints: ['a.example', 'b.example'],
      port: 9142,
      keyspace: 'parley',
      dataCenter: 'west',
      credentials: { username: 'me', password: 's@cret' },
      tls: 'verified',
    });
  });

  it('needs no more than a host and a keyspace', () => {
    expect(parseCassandraUrl('cassandra://127.0.0.1/parley')).toEqual({
      contactPoints: ['127.0.0.1'],
      port: 9042,
      keyspace: 'parley',
      dataCenter: 'datacenter1',
      credentials: null,
      tls: 'off',
    });
  });

  it.each([
    ['http://host/ks', /expected cassandra:/],
    ['cassandra:///ks', /expected cassandra:/],
    ['cassandra://host', /expected cassandra:/],
    ['cassandra://host/', /keyspace/],
    ['cassandra://host/Bad-Name', /keyspace/],
    ['cassandra://a:1,b:2/ks', /same port/],
    ['cassandra://a:x/ks', /port/],
    ['cassandra://a:0/ks', /port/],
    ['cassandra://a,,b/ks', /no host/],
    ['cassandra://a/ks?tls=maybe', /tls/],
    ['cassandra://a/ks?consistency=one', /unknown option consistency/],
  ])('refuses %s', (url, why) => {
    expect(() => parseCassandraUrl(url)).toThrow(InvalidCassandraUrl);
    expect(() => parseCassandraUrl(url)).toThrow(why);
  });

  it('never tells the password', () => {
    for (const url of [
      'cassandra://u:hidden@h',
      'cassandra://u:hidden@h/K',
      'cassandra://u:hidden@h/k?x=1',
      'cassandra://u:hidden',
    ]) {
      expect(() => parseCassandraUrl(url)).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining('hidden') as string }) as Error,
      );
    }
  });
});
