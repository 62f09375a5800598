import type { Report } from '../run.js';
import { figuresMarkdown } from './figures-table.js';
import { goalFigures, lastLine } from './summary.js';

const begin = '<!-- measured: begin (npm run bench -- --write-docs) -->';
const end = '<!-- measured: end -->';

/** The document with what was measured in the place for it; all else stays. @throws Error when it has no such place */
export function withMeasured(document: string, report: Report): string {
  const [from, to] = [document.indexOf(begin), document.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the document has no place between "${begin}" and "${end}"`);
  return `${document.slice(0, from + begin.length)}\n\n${measuredMarkdown(report)}\n\n${document.slice(to)}`;
}

function measuredMarkdown(report: Report): string {
  const sections = report.results.map(({ name, title, figures, notes }) =>
    [`### ${name}`, `${title}.`, figuresMarkdown(figures), notes.map((note) => `- ${note}`).join('\n')].join('\n\n'),
  );
  const failures = report.failures.map(({ name, reason }) => `- **${name} failed:** ${reason}`).join('\n');
  return [
    '## The goals',
    [
      `- date: ${report.startedAt}`,
      `- command: \`${report.command}\``,
      ...report.machine.map((fact) => `- ${fact}`),
    ].join('\n'),
    figuresMarkdown(goalFigures(report)),
    lastLine(report),
    ...(failures === '' ? [] : [failures]),
    '## All figures',
    ...sections,
  ].join('\n\n');
}
