import { describe, expect, it } from 'vitest';
import { KafkaMisconfigured, parseKafkaUrl, settingsOf } from './options.js';

describe('a Kafka URL', () => {
  it.each([
    ['kafka://a:9092', { brokers: ['a:9092'], tls: false, sasl: null }],
    ['kafka://a,b:9093/', { brokers: ['a:9092', 'b:9093'], tls: false, sasl: null }],
    [
      'kafka://u%40x:p%2F@a:1?tls=true&sasl=plain',
      { brokers: ['a:1'], tls: true, sasl: { mechanism: 'plain', username: 'u@x', password: 'p/' } },
    ],
    [
      'kafka://u:p@a:1',
      { brokers: ['a:1'], tls: false, sasl: { mechanism: 'scram-sha-512', username: 'u', password: 'p' } },
    ],
  ])('%s', (url, address) => {
    expect(parseKafkaUrl(url)).toEqual(address);
  });

  it.each([
    '',
    'http://a:1',
    'kafka://',
    'kafka://a:b',
    'kafka://a:1?tsl=true',
    'kafka://u:p@a:1?tls=1',
    'kafka://u:p@a:1?tls=TRUE',
    'kafka://a:1?sasl=plain',
    'kafka://u:p@a:1?sasl=gssapi',
  ])('is refused: %s', (url) => {
    expect(() => parseKafkaUrl(url)).toThrow(KafkaMisconfigured);
  });
});

describe('settings', () => {
  const address = parseKafkaUrl('kafka://a:1');
  const logger = undefined as never;

  it.each([{ partitions: 0 }, { partitions: 1.5 }, { prefix: 'a b' }, { heartbeatMs: 4_000 }])(
    'that cannot be meant are refused: %j',
    (settings) => {
      expect(() => settingsOf({ address, logger, ...settings })).toThrow(KafkaMisconfigured);
    },
  );

  it('have defaults', () => {
    expect(settingsOf({ address, logger })).toMatchObject({ prefix: 'parley.', partitions: 6 });
  });
});
