import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { eventLog, server } from './data.js';
import { placesOf, reachable } from './engines.js';
import { certificate, dataFolder, nodeVersion } from './machine.js';

const noEngines = { eventstoreUrl: '', kafkaUrl: '', cassandraUrl: '', elasticsearchUrl: '', redisUrl: '' };

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'parley-doctor-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

describe('the doctor', () => {
  it('knows which Node is new enough', () => {
    expect(nodeVersion('v24.1.0').state).toBe('good');
    expect(nodeVersion('v22.9.0')).toMatchObject({ state: 'wrong', mend: expect.stringContaining('Node 24') });
  });

  it('looks at the folder that is there, or the one above', () => {
    const dataDir = join(folder(), 'not', 'yet');
    expect(dataFolder({ dataDir })[0]).toMatchObject({ about: 'data folder', state: 'good' });
  });

  it('takes a folder without a log for a new one, and a log that is none for wrong', async () => {
    const dataDir = folder();
    expect(await eventLog({ dataDir }, 0)).toMatchObject([{ about: 'event log', state: 'good' }]);
    writeFileSync(join(dataDir, 'log.db'), 'something else');
    expect(await eventLog({ dataDir }, 0)).toMatchObject([{ about: 'event log', state: 'wrong' }]);
  });

  it('sees that somebody else has the port', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const config = { dataDir: folder(), host: '127.0.0.1', port };
    expect(await server(config)).toMatchObject({ state: 'wrong', told: expect.stringContaining('EADDRINUSE') });
    await new Promise((resolve) => other.close(resolve));
    expect(await server(config)).toMatchObject({ state: 'good' });
  });

  it('warns where others could read along, and tells a file that is no certificate', () => {
    expect(certificate({ tlsCertFile: '', host: '127.0.0.1' }, 0).state).toBe('good');
    expect(certificate({ tlsCertFile: '', host: '0.0.0.0' }, 0).state).toBe('warning');
    const tlsCertFile = join(folder(), 'cert.pem');
    writeFileSync(tlsCertFile, 'no certificate');
    expect(certificate({ tlsCertFile, host: '0.0.0.0' }, 0).state).toBe('wrong');
  });

  it('reads hosts and ports out of every form of address', () => {
    expect(placesOf('kafka://a:9093,b', 9092)).toEqual([
      ['a', 9093],
      ['b', 9092],
    ]);
    expect(placesOf('esdb://user:secret@node:2113?tls=false', 2113)).toEqual([['node', 2113]]);
    expect(placesOf('cassandra://[::1]:9042/parley?datacenter=dc1', 9042)).toEqual([['::1', 9042]]);
  });

  it('names the engine that is silent, and how to mend it', async () => {
    expect(await reachable(noEngines)).toMatchObject([{ state: 'good' }]);
    const gone = createServer().listen(0, '127.0.0.1');
    await once(gone, 'listening');
    const { port } = gone.address() as AddressInfo;
    await new Promise((resolve) => gone.close(resolve));
    expect(await reachable({ ...noEngines, redisUrl: `redis://127.0.0.1:${port}` })).toMatchObject([
      { about: 'Redis', state: 'wrong', mend: expect.stringContaining('PARLEY_REDIS_URL') },
    ]);
  });
});
