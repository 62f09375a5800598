import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Incarnation } from './incarnation.js';
import { Random } from './random.js';
import { ReplacedWorld } from './replaced-world.js';
import { Scheduler } from './scheduler.js';
import { Trace } from './trace.js';

async function inWorld(work: (scheduler: Scheduler) => Promise<void>): Promise<void> {
  const scheduler = new Scheduler(new Trace());
  const replaced = new ReplacedWorld(scheduler, new Random(1));
  try {
    await work(scheduler);
  } finally {
    replaced.restore();
  }
}

it('passes an hour without waiting, in the order of time', () =>
  inWorld(async (scheduler) => {
    const heard: string[] = [];
    setTimeout(() => heard.push(`timer ${performance.now()}`), 3_600_000);
    void pause(60_000).then(() => heard.push(`pause ${performance.now()}`));
    const interval = setInterval(() => heard.push('tick'), 20_000);
    void pause(50_000).then(() => clearInterval(interval));
    await scheduler.run(() => false);
    expect(heard).toEqual(['tick', 'tick', 'pause 61000', 'timer 3601000']);
  }));

it('runs nothing for the dead, and nothing of the paused before their time', () =>
  inWorld(async (scheduler) => {
    const heard: string[] = [];
    const [mortal, sleeper] = [new Incarnation('mortal', 1), new Incarnation('sleeper', 1)];
    for (const actor of [mortal, sleeper]) {
      scheduler.after(0, actor, () => void pause(10).then(() => heard.push(`${actor.name} ${scheduler.now}`)));
    }
    scheduler.after(5, null, () => {
      mortal.end();
      sleeper.pausedUntil = 500;
    });
    await scheduler.run(() => false);
    expect(heard).toEqual(['sleeper 500']);
  }));

it('ends a process at a step of its choice', () => {
  const actor = new Incarnation('server', 1);
  actor.dieAfter(2, () => actor.end());
  expect([actor.step(), actor.step(), actor.step(), actor.step()]).toEqual([true, true, false, false]);
  expect(actor.alive).toBe(false);
});

it('tells what nobody caught, but not of the dead', () =>
  inWorld(async (scheduler) => {
    const [living, dead] = [new Incarnation('living', 1), new Incarnation('dead', 1)];
    scheduler.after(0, dead, () => {
      dead.end();
      void Promise.reject(new Error('of the dead'));
    });
    scheduler.after(1, living, () => void Promise.reject(new Error('of the living')));
    scheduler.after(2, living, () => undefined);
    await scheduler.run(() => false);
    expect(scheduler.unforeseen.map(({ actor }) => actor)).toEqual(['living']);
  }));

it('closes the SQLite connections of a process that ends, of modules that had imported them before', () =>
  inWorld(async (scheduler) => {
    const [mortal, other] = [new Incarnation('mortal', 1), new Incarnation('other', 1)];
    const open: DatabaseSync[] = [];
    for (const actor of [mortal, other]) {
      scheduler.after(0, actor, () => {
        const db = new DatabaseSync(':memory:');
        db.exec('CREATE TABLE t (a)');
        open.push(db);
      });
    }
    scheduler.after(5, null, () => mortal.end());
    await scheduler.run(() => false);
    expect(open.map((db) => db.isOpen)).toEqual([false, true]);
    other.end();
    expect(open.map((db) => db.isOpen)).toEqual([false, false]);
  }));
