import type { FaultOptions } from '../options.js';
import type { Talk } from '../talk.js';
import { clock } from './clock.js';
import { diskFull } from './disk-full.js';
import { freeze, kill } from './process.js';
import { reconnect, slowReaders } from './sockets.js';

/** Does its harm while the talk goes on. Answers what it did, in words. @throws Error when a promise was broken */
export interface Scenario {
  readonly what: string;
  readonly harm: (talk: Talk, options: FaultOptions) => Promise<string>;
  /** In megabytes: the data folder is a disk of its own of this size. */
  readonly diskMiB?: number;
}

export const scenarios: Readonly<Record<string, Scenario>> = {
  kill: { what: 'kill -9 at random points, restarted each time', harm: kill },
  freeze: { what: 'SIGSTOP, then SIGCONT', harm: freeze },
  clock: { what: 'the clock an hour back and forward (needs libfaketime)', harm: clock },
  'disk-full': { what: 'a small disk that is full for a while (needs root)', harm: diskFull, diskMiB: 96 },
  reconnect: { what: 'sockets that all lose their server and come back at once', harm: reconnect },
  'slow-readers': { what: 'sockets that stop reading', harm: slowReaders },
};
