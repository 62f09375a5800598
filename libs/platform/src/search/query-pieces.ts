const modifiers = ['from', 'in', 'before', 'after', 'on', 'has'] as const;

/** One part of a query as typed. */
export interface Piece {
  readonly modifier: (typeof modifiers)[number] | null;
  /** Without quotes, minus, star and modifier. */
  readonly text: string;
  readonly exclude: boolean;
  readonly prefix: boolean;
}

const quotes = '"\u201c\u201d\u201e';
const quoted = new RegExp(`[${quotes}]`, 'u');
const blankOrQuote = new RegExp(`[\\s${quotes}]`, 'u');
const modified = /^(from|in|before|after|on|has):(.*)$/is;

/** Cuts a query at white space and quotes; typographic quotes count, because phones type them. */
export function* pieces(query: string): Generator<Piece> {
  let at = 0;
  while (at < query.length) {
    if (/\s/.test(query.charAt(at))) {
      at++;
      continue;
    }
    let exclude = false;
    while (query.charAt(at) === '-') {
      exclude = true;
      at++;
    }
    const found = quoted.test(query.charAt(at)) ? readQuoted(query, at) : readBare(query, at);
    at = Math.max(found.end, at + 1);
    yield { modifier: found.modifier, text: found.text, exclude, prefix: found.prefix };
  }
}

interface Found {
  readonly modifier: Piece['modifier'];
  readonly text: string;
  readonly prefix: boolean;
  readonly end: number;
}

/** From an opening quote to the closing one or the end; a star right behind it makes the last word a prefix. */
function readQuoted(query: string, at: number): Found {
  const length = query.slice(at + 1).search(quoted);
  const close = length < 0 ? query.length : at + 1 + length;
  const prefix = query.charAt(close + 1) === '*';
  return { modifier: null, text: query.slice(at + 1, close), prefix, end: close + (prefix ? 2 : 1) };
}

function readBare(query: string, at: number): Found {
  const length = query.slice(at).search(blankOrQuote);
  const end = length < 0 ? query.length : at + length;
  const text = query.slice(at, end);
  const [, name = '', value = ''] = modified.exec(text) ?? [];
  const modifier = modifiers.find((known) => known === name.toLowerCase()) ?? null;
  if (modifier === null) return { modifier: null, text, prefix: text.endsWith('*'), end };
  if (value !== '') return { modifier, text: value, prefix: false, end };
  // `from:"…"`; a bare `from:` is a word like any other.
  if (quoted.test(query.charAt(end))) return { ...readQuoted(query, end), modifier };
  return { modifier: null, text, prefix: false, end };
}
