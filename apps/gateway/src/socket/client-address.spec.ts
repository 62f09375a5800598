import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { ClientAddress } from './client-address.js';

const request = (remoteAddress: string, forwarded?: string): IncomingMessage =>
  ({ socket: { remoteAddress }, headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded } }) as never;

describe('the address of a client', () => {
  it.each([
    ['without proxies, whatever is claimed', [], '::ffff:203.0.113.9', '10.9.9.9', '203.0.113.9'],
    ['behind a trusted proxy', ['10.0.0.0/8'], '10.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['behind two', ['10.0.0.0/8', '192.0.2.1'], '192.0.2.1', '203.0.113.9, 10.0.0.7', '203.0.113.9'],
    ['with a forged first hop', ['10.0.0.1'], '10.0.0.1', '1.2.3.4, 203.0.113.9', '203.0.113.9'],
    ['of somebody who is no proxy', ['10.0.0.1'], '203.0.113.9', '1.2.3.4', '203.0.113.9'],
    ['with nonsense in the header', ['10.0.0.1'], '10.0.0.1', 'unknown', '10.0.0.1'],
    ['of version 6', ['fd00::/8'], 'fd00::1', '2001:db8::7', '2001:db8::7'],
  ])('%s', (_what, trusted, remote, forwarded, expected) => {
    expect(new ClientAddress(trusted).of(request(remote, forwarded))).toBe(expected);
  });
});
