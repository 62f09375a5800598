import { setTimeout as sleep } from 'node:timers/promises';
import type { Member } from '../../kit/cluster/cluster.js';
import type { Breakable } from './breakable.js';

const awayMs = 2_000;

const never = (): Promise<never> => Promise.reject(new Error('this cannot happen to an app'));

/**
 * The processes of one app: one after the other is broken, never two at once.
 * @param balanced resolves when the balancer gives all gateways connections
 */
export function breakableApp(members: readonly Member[], balanced: () => Promise<void>): Breakable {
  const [last] = members.slice(-1);
  const oneByOne = async (end: (member: Member) => Promise<unknown>): Promise<void> => {
    for (const member of members) {
      await end(member);
      if (member === last) return;
      await sleep(awayMs);
      await member.start();
      await balanced();
    }
  };
  return {
    stop: () => oneByOne((member) => member.stop()),
    kill: () => oneByOne((member) => member.kill()),
    start: async () => {
      await last?.start();
      await balanced();
    },
    async restart() {
      for (const member of members) {
        await member.stop();
        await member.start();
        await balanced();
      }
    },
    freeze: () => Promise.resolve(last?.freeze()),
    thaw: () => Promise.resolve(last?.thaw()),
    slow: never,
    fillDisk: never,
    freeDisk: never,
  };
}
