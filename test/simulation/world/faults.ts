import { timelineProjections } from '@parley/ports';
import type { Scheduler } from '../engine/scheduler.js';
import type { DeviceMachine } from '../machine/device-machine.js';
import type { LogMachine } from '../machine/log-machine.js';
import type { Network } from '../machine/network.js';
import type { ServerMachine } from '../machine/server-machine.js';
import type { Fault } from './plan.js';
import type { Witness } from './witness.js';

/** What of a world can go wrong. */
interface Fallible {
  readonly scheduler: Scheduler;
  readonly network: Network;
  readonly log: LogMachine;
  readonly servers: readonly ServerMachine[];
  readonly devices: readonly DeviceMachine[];
  readonly witness: Witness;
  crashDevice(device: DeviceMachine, steps: number, awayMs: number): void;
}

/** How far clocks are set, ms. */
const hour = 3_600_000;
const stopPatienceMs = 5_000;

const nth = <T>(items: readonly T[], which: number): T => items[which % items.length]!;

/** Lets it go wrong. What lasts ends by itself. */
export function befall(fault: Fault, world: Fallible): void {
  const server = nth(world.servers, fault.which);
  const device = nth(world.devices, fault.which);
  switch (fault.what) {
    case 'kill-server':
    case 'cut-power':
      return crashServer(fault, server);
    case 'stop-server':
      return server.stop(stopPatienceMs);
    case 'pause-server':
      return server.pause(fault.ms);
    case 'crash-log':
      return crashLog(fault, world);
    case 'slow-log':
      return world.log.disk.slowDown(fault.ms, 20 + fault.which);
    case 'slow-disk':
      server.weather.slow = { until: world.scheduler.now + fault.ms, ms: 20 + fault.which };
      return;
    case 'failing-disk':
      server.weather.failsUntil = world.scheduler.now + fault.ms;
      return;
    case 'cut-log':
      return world.network.cut(server.name, 'log', fault.ms);
    case 'cut-device':
      return world.servers.forEach(({ name }) => world.network.cut(device.deviceId, name, fault.ms));
    case 'crash-device':
      return world.crashDevice(device, fault.steps, 100);
    case 'away-device':
      return world.crashDevice(device, fault.steps, 4 * fault.ms);
    case 'clock-server':
      return server.setClock(clockOffset(fault));
    case 'clock-device':
      return device.setClock(clockOffset(fault));
    case 'rebuild':
      return rebuild(fault, server, world);
    default:
      fault.what satisfies never;
  }
}

const clockOffset = ({ ms }: Fault): number => (ms % 2 === 0 ? hour : -hour);

/** At once, or in the middle of its next write. */
function crashLog({ steps }: Fault, { log }: Fallible): void {
  if (steps % 4 === 0) log.crash();
  else log.disk.duringNextWrite(() => log.crash());
}

/** Some of its steps later, so that it is met anywhere. */
function crashServer({ what, steps }: Fault, server: ServerMachine): void {
  const { actor } = server;
  actor?.dieAfter(steps, () => {
    if (server.actor === actor) server.crash(what === 'cut-power');
  });
}

/** A new generation beside the old one; it must be the same, row for row. A crash on the way is nobody's mistake. */
function rebuild({ which, ms, steps }: Fault, server: ServerMachine, world: Fallible): void {
  const { process, actor } = server;
  if (process === null || actor === null) return;
  if (ms % 3 === 0) crashServer({ what: 'kill-server', steps: steps % 12 } as Fault, server);
  const compare = async (): Promise<void> => {
    const report = await process.projections.admin.rebuild(nth(timelineProjections, which), () => undefined);
    const { onlyInOld, onlyInNew, different } = report;
    if (onlyInOld + onlyInNew + different > 0) {
      world.witness.found('rebuild', `${server.name}: ${JSON.stringify(report)}`);
    }
  };
  world.scheduler.after(0, actor, () => void compare().catch(() => undefined));
}
