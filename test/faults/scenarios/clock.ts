import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FaultOptions } from '../options.js';
import type { Talk } from '../talk.js';

const libraries = ['x86_64', 'aarch64'].map((cpu) => `/usr/lib/${cpu}-linux-gnu/faketime/libfaketime.so.1`);
const hours = ['-3600', '+3600', '-3600', '+0'];

/** The server's wall clock, by libfaketime, while it runs; its monotonic clock goes on as a real one would. */
export async function clock(talk: Talk, _options: FaultOptions): Promise<string> {
  const library = libraries.find(existsSync);
  if (library === undefined) throw new Error('libfaketime is needed: apt-get install faketime');
  const file = join(talk.ledgerFolder, '..', 'clock');
  const set = (offset: string): void => {
    writeFileSync(`${file}.new`, `${offset}\n`);
    renameSync(`${file}.new`, file);
  };
  set('+0');
  await talk.restart({
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  });
  for (const offset of hours) {
    set(offset);
    await talk.untilAccepted(talk.accepted + 300);
  }
  return `the server's clock set by ${hours.join(' s, ')} s`;
}
