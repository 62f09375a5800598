import { setTimeout as sleep } from 'node:timers/promises';
import type { Load, LoadResult } from './load.js';
import { startPace } from './pace.js';
import { watchProcess } from './process-figures.js';
import { closeScene, openScene, type Scene } from './scene.js';
import { stampedText } from './stamped-text.js';
import { Tally } from './tally.js';
import type { Target } from './talker.js';

/** How long after the last message its answer and delivery are waited for. */
const DRAIN_SECONDS = 15;

/**
 * Connects the talkers, lets them talk through warm-up and window, and waits until the server has caught up with what
 * it accepted and all is answered and delivered.
 * Throws when a connection is lost.
 *
 * @param watchPids the server's processes, whose CPU and memory are told
 */
export async function drive(target: Target, load: Load, watchPids: readonly number[]): Promise<LoadResult> {
  const scene = await openScene(target, load.scene);
  const lost = whenLost(scene);
  const tally = new Tally();
  scene.talkers.forEach((talker, index) => talker.onMessage((text) => tally.onDelivered(index, text)));

  const pace = startPace(load.pace, scene.senders.length, speakerOf(scene, load.textBytes, tally));
  await Promise.race([lost, sleep(load.warmUpSeconds * 1_000)]);
  const endings = [...watchPids, process.pid].map(watchProcess);
  const before = tally.accepted;
  tally.openWindow();
  await Promise.race([lost, sleep(load.seconds * 1_000)]);
  const seconds = tally.closeWindow();
  pace.stop();
  const catchUpSeconds = await Promise.race([lost, secondsOf(target.caughtUp?.bind(target))]);
  const figures = endings.map((end) => end());
  const acceptedMeanwhile = tally.accepted - before;
  await Promise.race([lost, drained(tally, scene.receivers)]);
  await closeScene(scene);

  const servers = figures.slice(0, -1);
  return {
    seconds,
    catchUpSeconds,
    acceptedPerSecond: tally.acceptedInWindow / (seconds + catchUpSeconds),
    deliveredPerSecond: tally.deliveredInWindow / (seconds + catchUpSeconds),
    acceptance: tally.acceptance.summary(),
    delivery: tally.delivery.summary(),
    lateness: pace.lateness.summary(),
    servers,
    serverMicrosPerAccepted: (servers.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0) * 1e6) / acceptedMeanwhile,
    generator: figures.at(-1) ?? { pid: process.pid, cpuSeconds: 0, rssBytes: 0, peakRssBytes: 0, threads: {} },
    sent: tally.sent,
    accepted: tally.accepted,
    delivered: tally.delivered,
    refused: tally.refused,
    unanswered: tally.sent - tally.settled,
    missing: tally.accepted * scene.receivers - tally.delivered,
    backwards: tally.backwards,
  };
}

async function secondsOf(work: (() => Promise<void>) | undefined): Promise<number> {
  if (work === undefined) return 0;
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1_000;
}

function speakerOf(scene: Scene, textBytes: number, tally: Tally) {
  const counters = scene.senders.map(() => 0);
  return (sender: number, at: number, settled: () => void): void => {
    const counter = counters[sender] ?? 0;
    counters[sender] = counter + 1;
    tally.sent += 1;
    scene.senders[sender]?.send(stampedText({ sender, counter, at }, textBytes), (refusal) => {
      tally.onSettled(at, refusal);
      settled();
    });
  };
}

function whenLost(scene: Scene): Promise<never> {
  const lost = new Promise<never>((_, reject) => {
    for (const talker of scene.talkers) talker.onLost((reason) => reject(new Error(`connection lost: ${reason}`)));
  });
  lost.catch(() => {}); // it is raced for while the load runs, and may come between two races
  return lost;
}

async function drained(tally: Tally, receivers: number): Promise<void> {
  const until = performance.now() + DRAIN_SECONDS * 1_000;
  const done = (): boolean => tally.settled === tally.sent && tally.delivered >= tally.accepted * receivers;
  while (!done() && performance.now() < until) await sleep(10);
}
