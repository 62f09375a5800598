import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Place {
  readonly home: string;
}

/** Of the launcher behind `npm run engines:up`, what these tests need. */
interface Launcher {
  up(
    options: Place & { readonly only: readonly 'kafka'[]; readonly freePorts: boolean },
  ): Promise<Record<string, string>>;
  down(place: Place): Promise<unknown>;
  readonly faults: Record<
    'stop' | 'kill' | 'start' | 'freeze' | 'thaw',
    (engine: 'kafka', place: Place) => Promise<void>
  >;
}

/** A broker that nobody else uses, to be killed and frozen. */
export interface OwnBroker {
  readonly address: string;
  stop(): Promise<void>;
  kill(): Promise<void>;
  start(): Promise<void>;
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  down(): Promise<void>;
}

/** Started on free ports, with data of its own. The jars are loaded when they are not there yet. */
export async function ownBroker(): Promise<OwnBroker> {
  const launcher = new URL('../../../scripts/engines/index.mjs', import.meta.url).href;
  const { up, down, faults } = (await import(launcher)) as Launcher;
  const place = { home: mkdtempSync(join(tmpdir(), 'parley-broker-')) };
  const { KAFKA_BROKERS: address = '' } = await up({ ...place, only: ['kafka'], freePorts: true });
  return {
    address,
    stop: () => faults.stop('kafka', place),
    kill: () => faults.kill('kafka', place),
    start: () => faults.start('kafka', place),
    freeze: () => faults.freeze('kafka', place),
    thaw: () => faults.thaw('kafka', place),
    down: async () => {
      await down(place);
      rmSync(place.home, { recursive: true, force: true });
    },
  };
}
