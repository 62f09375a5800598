/** A figure with its goal, if it has one. */
export interface Row {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly goal?: { readonly atLeast: number } | { readonly atMost: number };
}

const HEAD = ['figure', 'measured', 'goal', 'ratio', ''];

/** Text of a table: `ratio` is measured by goal (none for a goal of 0); a goal that is not met is said in words. */
export function formatTable(rows: readonly Row[]): string {
  const cells = [HEAD, ...rows.map(cellsOf)];
  const widths = HEAD.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  const rule = widths
    .map((width) => '-'.repeat(width))
    .join('  ')
    .trimEnd();
  return [line(HEAD), rule, ...cells.slice(1).map(line)].join('\n');
}

export function meetsGoal({ value, goal }: Row): boolean {
  if (goal === undefined) return true;
  return 'atLeast' in goal ? value >= goal.atLeast : value <= goal.atMost;
}

function cellsOf(row: Row): string[] {
  const measured = `${formatNumber(row.value)} ${row.unit}`.trim();
  if (row.goal === undefined) return [row.what, measured, '', '', ''];
  const [sign, goal] = 'atLeast' in row.goal ? ['≥', row.goal.atLeast] : ['≤', row.goal.atMost];
  return [
    row.what,
    measured,
    `${sign} ${formatNumber(goal)}`,
    goal === 0 ? '' : (row.value / goal).toFixed(2),
    meetsGoal(row) ? 'met' : 'NOT MET',
  ];
}

/** Three figures that count, thousands apart. */
function formatNumber(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return Number.isInteger(value)
    ? value.toLocaleString('en')
    : value.toLocaleString('en', { maximumFractionDigits: digits });
}
