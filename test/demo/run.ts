import { auditPerson } from './audit/audit-person.js';
import { inventScripts } from './logs/invent.js';
import { loadScripts } from './logs/load-scripts.js';
import { Random } from './logs/random.js';
import type { DemoOptions } from './options.js';
import { count, showProgress } from './show/progress.js';
import { summary } from './show/summary.js';
import { closeConnections } from './stage/http.js';
import { inParallel, orStalled } from './stage/in-parallel.js';
import { play } from './stage/play.js';
import { DemoServer } from './stage/server.js';
import { Stage } from './stage/stage.js';
import { Troubles } from './stage/troubles.js';

/** Logs that are played at once. */
const groupsAtOnce = 16;
/** People who are looked at at once in the end. */
const peopleAtOnce = 24;
/** Everything at once, as by default. */
const paceOfFew = { pushEveryMs: 0, deliveredEveryMs: 1_000 };
/** Thousands of devices on the processors of one machine, which plays them all and serves them. */
const paceOfMany = { pushEveryMs: 1_000, deliveredEveryMs: 10_000 };
/** Beside all the engines: what a frame or a receipt costs there is paid by ten processes. */
const paceOfManyOnCluster = { pushEveryMs: 4_000, deliveredEveryMs: 20_000 };
/** Invented talk: about half a minute. */
const invented = { groups: 5, people: 60, entriesPerGroup: 800 };

/** Plays and compares. True: every figure adds up. @throws Error when it could not come to an end */
export async function run(options: DemoOptions, out: NodeJS.WriteStream): Promise<boolean> {
  const { cast, scripts } =
    options.logs === null
      ? inventScripts(options.seed, invented)
      : loadScripts(options.logs, options.from, options.only);
  const { keep, cluster } = options;
  const pace = options.logs === null ? paceOfFew : cluster ? paceOfManyOnCluster : paceOfMany;
  const tell = (line: string): void => void out.write(`${line}\n`);
  const server = await DemoServer.start({ pushEveryMs: pace.pushEveryMs, keep, cluster, tell });
  try {
    const stage = new Stage(cast, scripts.slice(0, options.only ?? scripts.length), {
      url: server.url,
      seed: options.seed,
      devices: options.devices,
      deliveredEveryMs: pace.deliveredEveryMs,
    });
    out.write(
      `${count(stage.groups.length)} groups, ${count(stage.people.length)} people, ${count(stage.lines)} lines\n`,
    );
    out.write(`A server at ${server.url} on ${server.dataDir}, seed ${options.seed}\n\n`);

    const started = performance.now();
    await talk(stage, server, options, out);
    const talked = performance.now();
    await compare(stage, options.seed, out);
    const compared = performance.now();
    stage.tally.counts.messages = stage.figures.accepted;

    out.write(`${summary(stage, { talk: (talked - started) / 1000, check: (compared - talked) / 1000 })}\n`);
    await server.stop();
    if (options.keep) out.write(`The data stays in ${server.dataDir}\n`);
    if (!stage.tally.isClean) out.write(`What the server said is in ${server.keepErrorOutput()}\n`);
    out.write(`${stage.tally.lastLine()}\n`);
    return stage.tally.isClean && stage.figures.accepted === stage.lines;
  } catch (error) {
    const output = server.errorOutput();
    if (output !== '') out.write(`\nThe server's last words:\n${output.slice(-4_000)}\n`);
    throw error;
  } finally {
    closeConnections();
    await server.dispose();
  }
}

async function talk(stage: Stage, server: DemoServer, options: DemoOptions, out: NodeJS.WriteStream): Promise<void> {
  const { figures, background } = stage;
  const random = new Random(options.seed + 2);
  const troubles = new Troubles(stage, random);
  const done = showProgress(
    {
      name: 'Messages',
      total: stage.lines,
      done: () => figures.accepted,
      detail: () => `${count(figures.shown)} deliveries`,
    },
    out,
  );
  const killer = setInterval(() => {
    if (!options.kill || figures.kills > 0 || figures.accepted < stage.lines / 2) return;
    figures.kills++;
    background.run(() => server.killAndRestart());
  }, 10);
  try {
    const playing = inParallel(stage.groups, groupsAtOnce, (group) =>
      play(stage, group, new Random(options.seed + 1_000 + group.index), troubles),
    ).then(() => background.settled());
    await orStalled(
      playing,
      () => figures.accepted + figures.joins + figures.shown,
      () => waits(stage),
    );
  } finally {
    clearInterval(killer);
    done();
  }
}

async function compare(stage: Stage, seed: number, out: NodeJS.WriteStream): Promise<void> {
  let people = 0;
  const done = showProgress(
    {
      name: 'People compared',
      total: stage.people.length,
      done: () => people,
      detail: () => `${count(stage.tally.counts.deliveries)} deliveries`,
    },
    out,
  );
  try {
    const comparing = inParallel(stage.people, peopleAtOnce, async (person, index) => {
      await auditPerson(stage, person, new Random(seed + 100_000 + index));
      people++;
    });
    await orStalled(
      comparing,
      () => people + stage.figures.shown,
      () => `${people} people are done`,
    );
    await stage.background.settled();
  } finally {
    done();
  }
}

const waits = ({ groups }: Stage): string =>
  groups.map(({ title, accepted, doing }) => `${title} after ${accepted} lines: ${doing}`).join('; ');
