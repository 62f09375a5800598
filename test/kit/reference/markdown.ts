import { format } from 'prettier';

/** Text within a table cell. */
const cell = (text: string | number): string => String(text).replaceAll('|', '\\|').replaceAll('\n', ' ');

const line = (cells: readonly (string | number)[]): string => `| ${cells.map(cell).join(' | ')} |`;

export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

export const code = (text: string): string => `\`${text}\``;

/** A generated page, as `npm run format` would leave it. */
export const pageOf = (title: string, ...parts: readonly string[]): Promise<string> =>
  pageWrittenBy('npm run reference', title, ...parts);

/** The same, of another command. */
export const pageWrittenBy = (command: string, title: string, ...parts: readonly string[]): Promise<string> =>
  format([`# ${title}`, `<!-- Written from the code by \`${command}\`. -->`, ...parts].join('\n\n'), {
    parser: 'markdown',
    printWidth: 120,
    singleQuote: true,
  });
