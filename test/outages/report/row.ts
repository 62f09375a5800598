import { apps, type Cell, engineOf, isNode, type Target } from '../cells.js';
import { type Conduct, seconds } from '../judge/judge.js';
import type { Seen, SeriesCounts } from '../run-cells.js';

const faultWords: Readonly<Record<Cell['fault'], string>> = {
  none: 'well',
  stop: 'stopped',
  kill: 'killed (`kill -9`), started again',
  freeze: 'frozen (SIGSTOP)',
  slow: 'slower by 500 ms',
  'disk-full': 'disk full',
  restart: 'restarted, one process at a time',
};

/** What names a row: the same cell, seen again, takes its place. */
export const keyOf = ({ target, fault }: Cell): string =>
  `| ${nameOf(target)} | ${faultWords[fault]}${isApp(target) && fault === 'kill' ? ', one after the other' : ''} |`;

const isApp = (target: Target): boolean => apps.some((app) => app === target);

const nameOf = (target: Target): string => (isNode(target) ? `one of 3 nodes of ${engineOf(target)}` : target);

export const headOfTable = [
  '| what | how | broken for | sends | other features | live push | whole again after | lost, doubled, out of order, different | seen |',
  '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
].join('\n');

/** A row of the matrix. `counts`: of the comparison that it was part of. `day`: YYYY-MM-DD. */
export function rowOf(seen: Seen, counts: SeriesCounts, day: string): string {
  const { cell, conducts, brokenMs, faults } = seen;
  const sends = conducts.filter(({ feature }) => feature.startsWith('send'));
  const others = conducts.filter(({ feature }) => !feature.startsWith('send') && feature !== 'live push');
  const push = conducts.filter(({ feature }) => feature === 'live push');
  const wholeAfter = Math.max(...conducts.map(({ wholeAfterMs }) => wholeAfterMs));
  const { messages, changes, deliveries, lost, duplicated, outOfOrder, unauthorised, history, inbox, search } = counts;
  const wrong = lost + duplicated + outOfOrder + unauthorised + history + inbox + search;
  const cells = [
    seconds(brokenMs),
    sends.map(conductWords).join('; ') + waitWords(seen),
    grouped(others),
    push.map(pushWords).join('; '),
    wholeAfter === 0 ? 'at once' : seconds(wholeAfter),
    `${wrong} of ${messages} messages, ${changes} changes, ${deliveries} deliveries`,
    `${day} ${faults.length === 0 ? '✓' : `✗ ${faults.join('; ')}`}`,
  ];
  return `${keyOf(cell)} ${cells.map((text) => text.replaceAll('|', '/').replaceAll('\n', ' ')).join(' | ')} |`;
}

const waitWords = ({ cell, waits }: Seen): string =>
  cell.fault === 'restart'
    ? `; longest wait for a send ${seconds(waits.longestSendMs)}, between connections ${seconds(waits.longestGapMs)}`
    : '';

function conductWords(conduct: Conduct): string {
  const { feature, questions, answered, slowestMs } = conduct;
  const ok = answered === 0 ? 'none answered' : `${answered} of ${questions} answered, slowest ${seconds(slowestMs)}`;
  return `${feature}: ${ok}${otherWords(conduct)}`;
}

const otherWords = ({ others, longestMs }: Conduct): string => {
  const list = [...others].map(([what, times]) => `${what} × ${times}`);
  const pause = longestMs > 0 ? `, longest pause ${seconds(longestMs)}` : '';
  return (list.length === 0 ? '' : ` (${list.join(', ')})`) + pause;
};

const pushWords = ({ answered, questions, slowestMs }: Conduct): string =>
  questions === 0 ? 'nothing to push' : `${answered} of ${questions}, slowest ${seconds(slowestMs)}`;

const isQuiet = ({ others, longestMs }: Conduct): boolean => others.size === 0 && longestMs === 0;

/** Features that were always answered are named together. */
function grouped(conducts: readonly Conduct[]): string {
  const quiet = conducts.filter(isQuiet);
  const slowest = Math.max(0, ...quiet.map(({ slowestMs }) => slowestMs));
  const loud = conducts.filter((conduct) => !isQuiet(conduct)).map(conductWords);
  if (quiet.length > 0) {
    const names = loud.length === 0 ? 'all' : quiet.map(({ feature }) => feature).join(', ');
    loud.push(`${names}: answered, slowest ${seconds(slowest)}`);
  }
  return loud.join('; ');
}
