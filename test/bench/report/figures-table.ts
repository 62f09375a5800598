import { type Figure, median, meetsGoal, ratioOf } from './figure.js';
import { markdownTable } from './markdown-table.js';

const head = ['figure', 'Parley', 'reference', 'ratio', 'goal', ''];

/** Rows of cells: medians, and from least to most where there were several repetitions. */
function figureCells(figures: readonly Figure[]): readonly (readonly string[])[] {
  return figures.map((figure) => {
    const { name, unit, parley, reference, goal } = figure;
    const ratio = ratioOf(figure);
    const met = meetsGoal(figure);
    return [
      name,
      withSpread(parley, unit),
      reference === undefined ? '' : `${reference.name} ${withSpread(reference.values, unit)}`,
      ratio === null ? '' : ratio.toFixed(2),
      goal === undefined ? '' : goalText(goal, unit),
      met === null ? '' : met ? 'met' : 'NOT MET',
    ];
  });
}

/** For a terminal. */
export function figuresTable(figures: readonly Figure[]): string {
  const [first = [], ...rows] = padded([head, ...figureCells(figures)]);
  const rule = first.map((cell) => '-'.repeat(cell.length));
  return [first, rule, ...rows].map((cells) => cells.join('  ').trimEnd()).join('\n');
}

/** As Markdown, laid out as the formatter does. */
export function figuresMarkdown(figures: readonly Figure[]): string {
  return markdownTable([head, ...figureCells(figures)]);
}

/** Every column as wide as its widest cell, at least three. */
function padded(rows: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const widths = head.map((_, column) => Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)));
}

function withSpread(values: readonly number[], unit: string): string {
  const text = `${formatNumber(median(values))} ${unit}`.trim();
  if (values.length < 2) return text;
  return `${text} (${formatNumber(Math.min(...values))} to ${formatNumber(Math.max(...values))})`;
}

function goalText(goal: NonNullable<Figure['goal']>, unit: string): string {
  const text = 'atLeast' in goal ? `≥ ${formatNumber(goal.atLeast)}` : `≤ ${formatNumber(goal.atMost)}`;
  return goal.of === 'ratio' ? `ratio ${text}` : `${text} ${unit}`.trim();
}

/** Three figures that count, thousands apart. */
export function formatNumber(value: number): string {
  if (Number.isNaN(value)) return 'nothing';
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en', { maximumFractionDigits: digits });
}
