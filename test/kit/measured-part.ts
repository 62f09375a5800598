import { readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';

/**
 * Puts what a run measured into a document: between `<!-- NAME: begin … -->` and `<!-- NAME: end -->`; all else stays.
 * @throws Error when the document has no such place
 */
export async function writeMeasuredPart(path: string, name: string, markdown: string): Promise<void> {
  const text = withMeasuredPart(readFileSync(path, 'utf8'), name, markdown);
  writeFileSync(path, await format(text, { ...(await resolveConfig(path)), filepath: path }));
}

export function withMeasuredPart(document: string, name: string, markdown: string): string {
  const begin = new RegExp(`<!-- ${name}: begin [^>]*-->`).exec(document);
  const end = document.indexOf(`<!-- ${name}: end -->`);
  if (begin === null || end < begin.index) throw new Error(`the document has no place for what ${name} measured`);
  return `${document.slice(0, begin.index + begin[0].length)}\n\n${markdown}\n\n${document.slice(end)}`;
}
