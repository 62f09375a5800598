import type { Stage } from '../stage/stage.js';
import { count, duration } from './progress.js';

export interface Times {
  /** Seconds. */
  readonly talk: number;
  readonly check: number;
}

/** What happened, and what was found to be wrong. */
export function summary({ figures, tally, groups, people, lines }: Stage, times: Times): string {
  const { counts } = tally;
  const devices = people.reduce((sum, person) => sum + person.devices.length, 0);
  const happened: [string, string][] = [
    ['Groups, people, devices', `${count(groups.length)}, ${count(people.length)}, ${count(devices)}`],
    ['Messages', `${count(counts.messages)} of ${count(lines)} lines, ${count(counts.messages / times.talk)} a second`],
    ['Deliveries', `${count(counts.deliveries)} (device × message), ${count(counts.deliveries / times.talk)} a second`],
    [
      'Came and went',
      `${count(figures.joins)} joined, ${count(figures.leaves)} left, ${count(figures.renames)} renamed`,
    ],
    ['Connections cut, apps closed', `${count(figures.cuts)}, ${count(figures.naps)}`],
    ['Devices that began anew', count(figures.resets)],
    ['Server killed and restarted', figures.kills === 0 ? 'no' : count(figures.kills)],
    ['Repeated by outboxes', `${count(figures.repeated)} lines that had been accepted already`],
    ['Repeated by the server', `${count(figures.redelivered)} deliveries, shown once`],
    [
      'Marked read, searched, paged',
      `${count(figures.reads)}, ${count(figures.searches)}, ${count(figures.pages)} meanwhile`,
    ],
    ['Time', `${duration(times.talk)} talk, ${duration(times.check)} comparison`],
  ];
  const found: [string, number][] = [
    ['Lost', counts.lost],
    ['Shown twice', counts.duplicated],
    ['Out of order', counts.outOfOrder],
    ['Unauthorised', counts.unauthorised],
    ['History differs', counts.history],
    ['Inbox differs', counts.inbox],
    ['Search differs', counts.search],
  ];
  return [
    '',
    ...table(happened),
    '',
    ...table(found.map(([name, faults]) => [name, faults === 0 ? '0  ✓' : `${count(faults)}  ✗`])),
    ...tally.examples.map((example) => `  ! ${example}`),
    '',
  ].join('\n');
}

function table(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`);
}
