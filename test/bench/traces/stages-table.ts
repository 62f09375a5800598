import { markdownTable } from '../report/markdown-table.js';
import type { StageFigures, StageSummary } from './stages.js';

/** What each stage takes, and its share of the mean. */
export function stagesMarkdown(title: string, { messages, stages, total, accepted }: StageSummary): string {
  const share = ({ mean }: StageFigures): string => `${((mean / total.mean) * 100).toFixed(0)} %`;
  const rows = [
    ['stage', 'p50 ms', 'p99 ms', 'mean ms', 'of the way'],
    ...stages.map((stage) => row(stage, share(stage))),
    row({ ...total, name: '**socket to socket**' }, ''),
    row({ ...accepted, name: `of it ${accepted.name}` }, ''),
  ];
  return `${title} (${messages.toLocaleString('en')} messages traced):\n\n${markdownTable(rows)}`;
}

const row = ({ name, p50, p99, mean }: StageFigures, ofTotal: string): readonly string[] => [
  name,
  ms(p50),
  ms(p99),
  ms(mean),
  ofTotal,
];

const ms = (value: number): string => value.toFixed(2);
