import type { Report } from '../run.js';
import { type Figure, meetsGoal } from './figure.js';

/** Every figure that has a goal, with its bench before its name. */
export const goalFigures = ({ results }: Pick<Report, 'results'>): readonly Figure[] =>
  results.flatMap(({ name, figures }) =>
    figures.filter(({ goal }) => goal !== undefined).map((figure) => ({ ...figure, name: `${name}: ${figure.name}` })),
  );

/** One line on the whole run. */
export function lastLine(report: Pick<Report, 'results' | 'failures'>): string {
  const figures = goalFigures(report);
  const met = figures.filter((figure) => meetsGoal(figure) === true).length;
  const failed = report.failures.map(({ name }) => name);
  const outcome = failed.length === 0 ? '0 lost, 0 duplicated, 0 out of order' : `FAILED: ${failed.join(', ')}`;
  return `${met} of ${figures.length} goals met, ${outcome}`;
}
