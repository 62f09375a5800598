import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

/**
 * The address that counts as the client's: the other end of the connection, or, when that is a trusted proxy, the last
 * address in X-Forwarded-For that is none. Whoever is not trusted can claim nothing.
 */
export class ClientAddress {
  readonly #trusted = new BlockList();
  readonly #trustsAny: boolean;

  /** Addresses or networks (CIDR). */
  constructor(trustedProxies: readonly string[]) {
    this.#trustsAny = trustedProxies.length > 0;
    for (const proxy of trustedProxies) {
      const [address = '', prefix] = proxy.split('/');
      const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
      if (prefix === undefined) this.#trusted.addAddress(address, family);
      else this.#trusted.addSubnet(address, Number(prefix), family);
    }
  }

  of(request: IncomingMessage): string {
    const direct = plain(request.socket.remoteAddress ?? '');
    if (!this.#trustsAny) return direct;
    const forwarded = [request.headers['x-forwarded-for'] ?? []].flat().join(',');
    const hops = forwarded.split(',').map((hop) => plain(hop.trim()));
    let client = direct;
    while (this.#isTrusted(client)) {
      const before = hops.pop();
      if (before === undefined || isIP(before) === 0) return client;
      client = before;
    }
    return client;
  }

  #isTrusted(address: string): boolean {
    const family = isIP(address);
    return family !== 0 && this.#trusted.check(address, family === 6 ? 'ipv6' : 'ipv4');
  }
}

/** IPv4 in IPv6 as IPv4. */
const plain = (address: string): string => (address.startsWith('::ffff:') ? address.slice(7) : address);
