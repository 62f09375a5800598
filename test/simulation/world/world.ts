import { join } from 'node:path';
import { userIdOfUsername } from '@parley/platform';
import type { CommandClient } from '@parley/ports';
import { Random } from '../engine/random.js';
import type { Scheduler } from '../engine/scheduler.js';
import type { Trace } from '../engine/trace.js';
import { DeviceMachine } from '../machine/device-machine.js';
import { LogDisk } from '../machine/log-disk.js';
import { LogMachine } from '../machine/log-machine.js';
import { Network } from '../machine/network.js';
import { ServerMachine } from '../machine/server-machine.js';
import type { ServerProcess } from '../machine/server-process.js';
import type { Bugs } from './bugs.js';
import { befall } from './faults.js';
import { doStep } from './people.js';
import type { Plan } from './plan.js';
import { Witness } from './witness.js';

export interface WorldParts {
  readonly plan: Plan;
  readonly bugs: Bugs;
  readonly scheduler: Scheduler;
  readonly trace: Trace;
  /** A folder of its own. */
  readonly root: string;
}

/** How long whatever ended stays away, ms. */
const downMs = [50, 2_500] as const;
const logDownMs = [50, 1_500] as const;
/**
 * Nothing may move any more for so long, and all must have come to that within this, ms. Longer than two heartbeats: only
 * then does a device find out that its server has gone without a word.
 */
const restMs = 6_000;
const patienceMs = 240_000;
const lookEveryMs = 500;
/** Nothing is lost and nothing takes unusually long. */
const calm = { loss: 0, duplicate: 0, straggler: 0 };

/** All machines, people and what goes wrong, on one clock. */
export class World {
  readonly network: Network;
  readonly log: LogMachine;
  readonly servers: readonly ServerMachine[];
  readonly devices: readonly DeviceMachine[];
  readonly userIds: readonly string[];
  readonly witness: Witness;
  readonly scheduler: Scheduler;
  readonly #plan: Plan;
  readonly #random: Random;
  #healing = false;

  constructor({ plan, bugs, scheduler, trace, root }: WorldParts) {
    const random = new Random(plan.seed);
    this.#plan = plan;
    this.#random = random.fork('world');
    this.scheduler = scheduler;
    this.network = new Network(scheduler, random.fork('network'), { ...plan.network, ...calm });
    const disk = new LogDisk(scheduler, random.fork('disk'));
    disk.keepsTorn = bugs.keepsTorn;
    this.log = new LogMachine({ scheduler, trace, random: random.fork('log'), disk, bugs }, () => this.#logDown());
    this.witness = new Witness(trace, () => disk.durable());
    this.userIds = Array.from({ length: plan.people }, (_, i) => userIdOfUsername(`person${i}`));
    this.servers = Array.from(
      { length: plan.servers },
      (_, i) =>
        new ServerMachine({
          scheduler,
          trace,
          random: random.fork(`server${i}`),
          network: this.network,
          name: `server${i}`,
          root: join(root, `server${i}`),
          bugs,
          server: () => this.log.server,
          onDown: (machine) => this.#later(downMs, () => machine.start()),
          found: (check, detail) => this.witness.found(check, detail),
        }),
    );
    this.devices = Array.from(
      { length: plan.devices },
      (_, i) =>
        new DeviceMachine({
          scheduler,
          random: random.fork(`device${i}`),
          network: this.network,
          userId: this.userIds[i % plan.people]!,
          deviceId: `dev_${i}`,
          observer: this.witness,
          renamesRetries: bugs.renamesRetries,
          route: (chance) => this.#route(chance),
        }),
    );
  }

  /** Everybody is there, and in one conversation. */
  async begin(): Promise<void> {
    this.log.start();
    for (const server of this.servers) server.start();
    let registered = false;
    await this.scheduler.run(() => this.servers.every(({ process }) => process !== null));
    const { process } = this.servers[0]!;
    if (process === null) throw new Error('the first server did not start');
    this.scheduler.after(0, process.actor, () => {
      void register(process.commands, this.userIds).then(() => (registered = true));
    });
    await this.scheduler.run(() => registered);
    for (const device of this.devices) device.start();
  }

  /** What people do and suffer, as planned. */
  async live(): Promise<void> {
    const { steps, faults, ends } = this.#plan;
    const beginning = this.scheduler.now;
    Object.assign(this.network.profile, this.#plan.network);
    for (const step of steps) {
      const device = this.devices[step.device]!;
      this.scheduler.after(step.at, null, () => doStep(step, device, this.userIds));
    }
    for (const fault of faults) this.scheduler.after(fault.at, null, () => befall(fault, this));
    let over = false;
    this.scheduler.after(ends, null, () => (over = true));
    await this.scheduler.run(() => over);
    if (this.scheduler.now < beginning + ends) return;
    this.#heal();
  }

  /** Nothing goes wrong any more, and everybody comes back. Resolves when nothing moves. */
  async rest(): Promise<void> {
    let over = false;
    const began = this.scheduler.now;
    let since = began;
    let before = '';
    const look = (): void => {
      const now = this.#standing();
      if (now === null || now !== before) since = this.scheduler.now;
      before = now ?? '';
      over = this.scheduler.now - since >= restMs;
      if (!over && this.scheduler.now - began > patienceMs) {
        this.witness.found('comes to rest', this.#unrest());
        over = true;
      }
      if (!over) this.scheduler.after(lookEveryMs, null, look);
    };
    look();
    await this.scheduler.run(() => over);
  }

  /** Ends the application of a device, some of its steps later; it begins again after a while. */
  crashDevice(device: DeviceMachine, steps: number, awayMs: number): void {
    const { actor } = device;
    actor?.dieAfter(steps, () => {
      if (device.actor !== actor) return;
      device.crash();
      this.scheduler.after(awayMs, null, () => device.start());
    });
  }

  #heal(): void {
    this.#healing = true;
    Object.assign(this.network.profile, calm);
    const actors = [...this.servers, ...this.devices].map(({ actor }) => actor);
    for (const actor of actors) actor?.dieAfter(Infinity, () => undefined);
    this.log.start();
    for (const server of this.servers) server.start();
    for (const device of this.devices) device.start();
  }

  #logDown(): void {
    this.#later(logDownMs, () => this.log.start());
  }

  #later(between: readonly [number, number], run: () => void): void {
    const ms = this.#healing ? between[0] : this.#random.between(...between);
    this.scheduler.after(ms, null, run);
  }

  #route(random: Random): ServerProcess | null {
    const up = this.servers.flatMap(({ process }) => process ?? []);
    return up.length === 0 ? null : random.pick(up);
  }

  /** null: somebody is still on their way. */
  #standing(): string | null {
    const end = this.log.server?.lastPosition ?? -1;
    const projected = this.servers.every(
      ({ process }) => process?.projections.readModels.positions.safePosition() === end,
    );
    const caughtUp = this.devices.every(
      ({ client }) =>
        client?.connection.phase === 'live' && client.outgoing().every(({ status }) => status === 'failed'),
    );
    return projected && caughtUp ? `${end} ${this.witness.activity}` : null;
  }

  #unrest(): string {
    const servers = this.servers.map(
      ({ name, process }) => `${name} at ${process?.projections.readModels.positions.safePosition() ?? 'nothing'}`,
    );
    const devices = this.devices.map(
      ({ deviceId, client }) =>
        `${deviceId} ${client?.connection.phase ?? 'gone'}, ${client?.outgoing().length ?? 0} to send`,
    );
    return [`the log at ${this.log.server?.lastPosition ?? 'nothing'}`, ...servers, ...devices].join('; ');
  }
}

async function register(commands: CommandClient, userIds: readonly string[]): Promise<void> {
  const correlationId = 'req_begin';
  const context = (actorId: string) => ({ actorId, deviceId: 'dev_first', now: Date.now(), correlationId });
  for (const [i, userId] of userIds.entries()) {
    const username = `person${i}`;
    await commands.execute({ type: 'register-user', username, displayName: username }, context(userId));
  }
  const [first = '', ...memberIds] = userIds;
  await commands.execute(
    { type: 'start-conversation', kind: 'group', memberIds, title: 'all', idempotencyKey: 'all' },
    context(first),
  );
}
