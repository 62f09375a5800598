import { Random } from '../engine/random.js';
import type { NetworkProfile } from '../machine/network.js';

/** What people do, as often as it stands here among a hundred things. */
const habits = {
  send: 46,
  read: 12,
  edit: 7,
  react: 7,
  delete: 4,
  pin: 3,
  add: 7,
  remove: 3,
  leave: 2,
  rename: 2,
  group: 3,
  direct: 2,
  look: 1,
  mark: 1,
} as const;
type Deed = keyof typeof habits;

/** Something one person does. The numbers are brought into range by what their device shows when they do it. */
export interface Step {
  /** Of its own in a plan: what is said names it. */
  readonly id: number;
  /** Milliseconds after the beginning. */
  readonly at: number;
  readonly deed: Deed;
  readonly device: number;
  readonly where: number;
  readonly which: number;
}

const misfortunes = {
  'kill-server': 18,
  'cut-power': 10,
  'stop-server': 5,
  'pause-server': 6,
  'crash-log': 12,
  'slow-log': 5,
  'slow-disk': 6,
  'failing-disk': 5,
  'cut-log': 6,
  'cut-device': 9,
  'crash-device': 10,
  'away-device': 6,
  'clock-server': 4,
  'clock-device': 3,
  rebuild: 7,
} as const;
type Misfortune = keyof typeof misfortunes;

/** Something that goes wrong. */
export interface Fault {
  readonly id: number;
  readonly at: number;
  readonly what: Misfortune;
  readonly which: number;
  /** How long it lasts, ms. */
  readonly ms: number;
  /** Of a crash: after how many more steps of the process that leave a trace, so that it meets any of its awaits. */
  readonly steps: number;
}

/** One history: everything but how long what takes, which the seed decides as well. */
export interface Plan {
  readonly seed: number;
  readonly servers: number;
  readonly people: number;
  readonly devices: number;
  readonly network: NetworkProfile;
  readonly steps: readonly Step[];
  readonly faults: readonly Fault[];
  /** When the last step and the last fault are over, ms. */
  readonly ends: number;
}

/** As many as people do and suffer in one world. */
const mostSteps = 70;
const mostFaults = 9;

export function planOf(seed: number): Plan {
  const random = new Random(seed).fork('plan');
  const crowd = random.chance(0.03);
  const people = crowd ? 30 + random.below(30) : 2 + random.below(5);
  const devices = people + random.below(Math.min(people, 3) + 1);
  const lasts = random.between(1_500, 12_000);
  const moment = (): number => Math.floor(random.between(0, lasts));
  const numberOf = (most: number): number => 1 + random.below(most);
  const steps = Array.from({ length: 10 + random.below(mostSteps) }, (_, id): Step => {
    const deed = byWeight(habits, random);
    return { id, at: moment(), deed, device: random.below(devices), where: random.below(97), which: random.below(997) };
  });
  const calm = random.chance(0.1);
  const faults = Array.from({ length: calm ? 0 : numberOf(mostFaults) }, (_, id): Fault => {
    const what = byWeight(misfortunes, random);
    const ms = Math.floor(random.chance(0.1) ? random.between(2_000, 9_000) : random.between(50, 2_000));
    return { id, at: moment(), what, which: random.below(97), ms, steps: random.below(40) };
  });
  return {
    seed,
    servers: 1 + random.below(2),
    people,
    devices,
    network: {
      latency: [random.between(0.1, 2), random.between(2, 40)],
      straggler: random.pick([0, 0.01, 0.05]),
      loss: calm ? 0 : random.pick([0, 0.002, 0.02]),
      duplicate: random.pick([0, 0.02]),
    },
    steps: steps.sort(inOrder),
    faults: faults.sort(inOrder),
    ends: Math.max(lasts, ...faults.map(({ at, ms }) => at + ms)),
  };
}

const inOrder = (a: Step | Fault, b: Step | Fault): number => a.at - b.at || a.id - b.id;

function byWeight<Name extends string>(weights: Readonly<Record<Name, number>>, random: Random): Name {
  const entries = Object.entries(weights) as [Name, number][];
  let drawn = random.below(entries.reduce((sum, [, weight]) => sum + weight, 0));
  for (const [name, weight] of entries) if ((drawn -= weight) < 0) return name;
  throw new Error('weights that do not add up');
}

export const tellStep = ({ id, at, deed, device, where, which }: Step): string =>
  `${String(at).padStart(6)} ms  step ${id}: device ${device} does "${deed}" (where ${where}, which ${which})`;

export const tellFault = ({ id, at, what, which, ms, steps }: Fault): string =>
  `${String(at).padStart(6)} ms  fault ${id}: ${what} (which ${which}, ${ms} ms, after ${steps} steps)`;
