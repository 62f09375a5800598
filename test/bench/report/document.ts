import type { Report } from '../run.js';
import { figuresMarkdown } from './figures-table.js';
import { goalFigures, lastLine } from './summary.js';

const begin = /<!-- measured: begin \([^)]*\) -->/;
const end = '<!-- measured: end -->';

/** The document with what was measured in the place for it; all else stays. @throws Error when it has no such place */
export function withMeasured(document: string, report: Report): string {
  const mark = begin.exec(document);
  const to = document.indexOf(end);
  if (mark === null || to < mark.index) throw new Error(`the document has no place that ends with "${end}"`);
  return `${document.slice(0, mark.index + mark[0].length)}\n\n${measuredMarkdown(report)}\n\n${document.slice(to)}`;
}

function measuredMarkdown(report: Report): string {
  const sections = report.results.map(({ name, title, figures, notes, details = [], pictures = {} }) =>
    [
      `### ${name}`,
      `${title}.`,
      figuresMarkdown(figures),
      ...details,
      ...Object.keys(pictures).map((file) => `![${title}](${file})`),
      notes.map((note) => `- ${note}`).join('\n'),
    ].join('\n\n'),
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
