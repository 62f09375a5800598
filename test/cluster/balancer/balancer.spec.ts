import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { balancerStatus, setGateway, startBalancer, stopBalancer, type Address } from '#balancer';

/** Answers its name, and on /readyz whether it wants connections. */
class Gateway {
  ready = true;
  /** Takes everything and answers nothing. */
  standsStill = false;
  readonly #server: Server;

  constructor(readonly name: string) {
    this.#server = createServer((request, response) => {
      if (this.standsStill) return;
      response.statusCode = request.url === '/readyz' && !this.ready ? 503 : 200;
      response.setHeader('connection', 'close');
      response.end(this.name);
    });
  }

  async listen(port = 0): Promise<Address> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
    return { host: '127.0.0.1', port: (this.#server.address() as AddressInfo).port };
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

describe('the load balancer', () => {
  const gateways = [new Gateway('gateway-1'), new Gateway('gateway-2')];
  let home = '';
  let entrance: Address;

  const ask = async (): Promise<string> => (await fetch(`http://${entrance.host}:${entrance.port}/`)).text();
  const askTimes = async (count: number): Promise<Set<string>> => {
    const names = new Set<string>();
    for (let i = 0; i < count; i++) names.add(await ask());
    return names;
  };
  const states = async (): Promise<string[]> => (await balancerStatus({ home })).map(({ state }) => state);
  const untilStates = (...expected: string[]): Promise<void> =>
    vi.waitFor(async () => expect(await states()).toEqual(expected), { timeout: 10_000, interval: 50 });

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'parley-balancer-'));
    const addresses = await Promise.all(gateways.map((gateway) => gateway.listen()));
    entrance = await startBalancer({ home, gateways: addresses });
  });

  afterAll(async () => {
    await stopBalancer({ home });
    await Promise.all(gateways.map((gateway) => gateway.close()));
    await rm(home, { recursive: true, force: true });
  });

  it('spreads connections over the gateways that are ready', async () => {
    await untilStates('UP', 'UP');
    expect(await askTimes(8)).toEqual(new Set(['gateway-1', 'gateway-2']));
  });

  it('gives none to a gateway that is not ready, and some again when it is', async () => {
    gateways[0]!.ready = false;
    await untilStates('NOLB', 'UP');
    expect(await askTimes(6)).toEqual(new Set(['gateway-2']));
    gateways[0]!.ready = true;
    await untilStates('UP', 'UP');
    expect(await askTimes(8)).toContain('gateway-1');
  });

  it('drains a gateway on request', async () => {
    await setGateway('gateway-2', 'drain', { home });
    await untilStates('UP', 'DRAIN');
    expect(await askTimes(6)).toEqual(new Set(['gateway-1']));
    await setGateway('gateway-2', 'ready', { home });
    await untilStates('UP', 'UP');
    await expect(setGateway('gateway-3', 'drain', { home })).rejects.toThrow(/no such server/i);
  });

  it('ends the connections of a gateway that stands still, but not of one that is only not ready', async () => {
    await setGateway('gateway-2', 'drain', { home });
    const client = connect(entrance.port, entrance.host);
    let isOpen = true;
    client.on('close', () => (isOpen = false)).on('error', () => undefined);
    await once(client, 'connect');
    await setGateway('gateway-2', 'ready', { home });
    gateways[0]!.ready = false;
    await untilStates('NOLB', 'UP');
    expect(isOpen).toBe(true);
    gateways[0]!.standsStill = true;
    await vi.waitFor(() => expect(isOpen).toBe(false), { timeout: 10_000 });
    expect(await states()).toEqual(['DOWN', 'UP']);
    gateways[0]!.standsStill = false;
    gateways[0]!.ready = true;
    await untilStates('UP', 'UP');
  });

  it('sends every connection to the other gateway from the moment one has gone', async () => {
    await gateways[1]!.close();
    // No check has failed yet: what the dead one refuses is tried at the other.
    expect(await askTimes(6)).toEqual(new Set(['gateway-1']));
    await untilStates('UP', 'DOWN');
  });

  it('stops, and says so where it is asked afterwards', async () => {
    await stopBalancer({ home });
    await expect(ask()).rejects.toThrow('fetch failed');
    await expect(balancerStatus({ home })).rejects.toThrow('no balancer was started');
    await stopBalancer({ home });
  });
});
