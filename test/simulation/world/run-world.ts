import { Oracle } from '../../contract/read-models/oracle.js';
import { Random } from '../engine/random.js';
import { ReplacedWorld } from '../engine/replaced-world.js';
import { Scheduler } from '../engine/scheduler.js';
import { Trace } from '../engine/trace.js';
import { removeWorldFolder, worldFolder } from '../machine/folder.js';
import { decodedOf } from '../verify/decoded.js';
import { verifyDevices } from '../verify/verify-devices.js';
import { verifyLog } from '../verify/verify-log.js';
import { verifyReadModels } from '../verify/verify-read-models.js';
import { verifyShown } from '../verify/verify-shown.js';
import { type Bugs, noBugs } from './bugs.js';
import type { Plan } from './plan.js';
import type { Finding } from './witness.js';
import { World } from './world.js';

export interface Outcome {
  /** Promises that were not kept; none as it should be. */
  readonly findings: readonly Finding[];
  /** Of everything that happened. */
  readonly hash: string;
  /** Turns of processes. */
  readonly turns: number;
  /** In the log at the end. */
  readonly events: number;
  /** Milliseconds of the world's own time. */
  readonly lasted: number;
}

export interface RunOptions {
  readonly bugs?: Bugs;
  /** Gets each line of what happens. */
  readonly onLine?: (line: string) => void;
}

/** Plays one history from its beginning to rest, and judges it. One at a time: it takes the place of the real world. */
export async function runWorld(plan: Plan, { bugs = noBugs, onLine }: RunOptions = {}): Promise<Outcome> {
  const trace = new Trace(onLine);
  const scheduler = new Scheduler(trace);
  const replaced = new ReplacedWorld(scheduler, new Random(plan.seed).fork('chance'));
  const root = worldFolder();
  let world: World | null = null;
  try {
    world = new World({ plan, bugs, scheduler, trace, root });
    await world.begin();
    await world.live();
    await world.rest();
    await verify(world);
    return {
      findings: world.witness.findings,
      hash: trace.digest(),
      turns: scheduler.executed,
      events: world.log.disk.durable().length,
      lasted: scheduler.now,
    };
  } finally {
    for (const device of world?.devices ?? []) device.crash();
    for (const server of world?.servers ?? []) server.actor?.end();
    replaced.restore();
    removeWorldFolder(root);
  }
}

async function verify(world: World): Promise<void> {
  const { witness, log, servers, devices, userIds, scheduler } = world;
  for (const { actor, error } of scheduler.unforeseen) {
    const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
    witness.found('nothing unforeseen', `${actor}: ${told}`);
  }
  // What it says then is not the end yet.
  if (witness.findings.some(({ check }) => check === 'nothing unforeseen')) return;
  const events = log.disk.durable();
  verifyLog(events, witness);
  const told = events.map((recorded) => ({
    stream: recorded.stream,
    event: decodedOf(recorded),
    position: recorded.position,
  }));
  const oracle = new Oracle().fold(told);
  for (const { userId, entry } of witness.accepted) {
    const message = oracle.get(entry.conversationId).messages[entry.sequence - 1];
    if (message?.senderId !== userId) {
      witness.found('accepted stays', `${userId}: ${entry.conversationId}/${entry.sequence}`);
    }
  }
  verifyShown(witness, oracle);
  if (witness.findings.some(({ check }) => check === 'comes to rest')) return;
  verifyDevices(devices, oracle, witness);
  for (const { name, process } of servers) {
    if (process !== null) await verifyReadModels(name, process.projections.readModels, userIds, oracle, witness);
  }
}
