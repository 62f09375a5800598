import type { FaultOptions } from '../options.js';
import type { Settings } from '../../kit/server-process.js';
import type { Talk } from '../talk.js';
import { clock } from './clock.js';
import { diskFull } from './disk-full.js';
import { freeze, kill } from './process.js';
import { halfOpen, loss } from './network.js';
import { reconnect, slowBytes, slowReaders } from './sockets.js';

/** Does its harm while the talk goes on. Answers what it did, in words. @throws Error when a promise was broken */
export interface Scenario {
  readonly what: string;
  readonly harm: (talk: Talk, options: FaultOptions) => Promise<string>;
  /** Settings of the server. */
  readonly environment?: Settings;
  /** Devices talk through a network that can be harmed. */
  readonly hasNetwork?: boolean;
  /** In megabytes: the data folder is a disk of its own of this size. */
  readonly diskMiB?: number;
}

export const scenarios: Readonly<Record<string, Scenario>> = {
  kill: { what: 'kill -9 at random points, restarted each time', harm: kill },
  freeze: { what: 'SIGSTOP, then SIGCONT', harm: freeze },
  clock: { what: 'the clock an hour back and forward (needs libfaketime)', harm: clock },
  'disk-full': { what: 'a small disk that is full for a while (needs root)', harm: diskFull, diskMiB: 96 },
  reconnect: { what: 'sockets that all lose their server and come back at once', harm: reconnect },
  'slow-readers': {
    what: 'sockets that stop reading',
    harm: slowReaders,
    environment: { PARLEY_MAX_BUFFERED_BYTES: String(slowBytes) },
  },
  'half-open': {
    what: 'connections that go silent without an end',
    harm: halfOpen,
    hasNetwork: true,
    environment: { PARLEY_HEARTBEAT: '2000' },
  },
  loss: { what: 'a network that is late and loses pieces (a model of it)', harm: loss, hasNetwork: true },
};
