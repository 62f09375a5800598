/** Markup that may stand in a page as it is; everything else is escaped. */
export class Html {
  constructor(readonly markup: string) {}
}

type Part = Html | string | number | readonly Html[];

/** Every value put into the template is escaped, unless it is markup already. */
export const html = (texts: TemplateStringsArray, ...parts: readonly Part[]): Html =>
  new Html(texts.reduce((done, text, index) => done + markupOf(parts[index - 1] ?? '') + text));

function markupOf(part: Part): string {
  if (part instanceof Html) return part.markup;
  if (typeof part === 'string' || typeof part === 'number') return escapeHtml(String(part));
  return part.map(({ markup }) => markup).join('');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? '');

/** Text with `code` in back ticks, as the tables of errors and close codes write it. */
export const prose = (text: string): Html =>
  new Html(escapeHtml(text).replace(/`([^`]+)`/g, (_match, code: string) => `<code>${code}</code>`));
