/**
 * Folding: what makes `Café`, `CAFE` and `ｃａｆｅ` the same word. Done here and not by an engine, so that every engine
 * answers alike. Case, accents and width do not matter; ligatures and compatibility forms fall apart (ﬁ is fi, ① is 1);
 * dakuten, Hangul and the vowel signs of Indic scripts stay, because there they make another letter.
 */

/** Accents and points that only decorate: Latin, Greek, Cyrillic, Hebrew, Arabic, and marks for symbols. */
const decoration = new RegExp(
  '[\\u0300-\\u036f\\u0483-\\u0489\\u0591-\\u05bd\\u05bf\\u05c1\\u05c2\\u05c4\\u05c5\\u05c7\\u0610-\\u061a\\u0640' +
    '\\u064b-\\u065f\\u0670\\u06d6-\\u06dc\\u06df-\\u06e4\\u06e7\\u06e8\\u06ea-\\u06ed\\u1ab0-\\u1aff\\u1dc0-\\u1dff' +
    '\\u20d0-\\u20ff\\ufe20-\\ufe2f]',
  'gu',
);

/**
 * Invisible: soft hyphen, joiners, direction marks, variation selectors, skin tones, tags. They never part a word.
 */
const invisible = new RegExp(
  '[\\u00ad\\u034f\\u061c\\u180b-\\u180f\\u200c-\\u200f\\u202a-\\u202e\\u2060-\\u2064\\u2066-\\u206f' +
    '\\ufe00-\\ufe0f\\ufeff\\u{1f3fb}-\\u{1f3ff}\\u{e0000}-\\u{e01ef}]',
  'gu',
);

/** Letters that Unicode does not take apart though people type them without their stroke, and final sigma. */
const strokes: Readonly<Record<string, string>> = {
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ł: 'l',
  ħ: 'h',
  ŧ: 't',
  ς: 'σ',
};
const stroked = /[æœøđðþłħŧς]/gu;

/** Some characters need a second step: what one decomposition yields is the capital of another. */
const maxSteps = 4;

/** Folds any text. Folding twice is folding once. Symbols and spaces stay: the tokenizer drops them. */
export function fold(text: string): string {
  let folded = text;
  for (let step = 0; step < maxSteps; step++) {
    const next = foldOnce(folded);
    if (next === folded) break;
    folded = next;
  }
  return folded;
}

/** Upper case first: it is what takes apart ß and brings ı to i. */
const foldOnce = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(invisible, '')
    .toUpperCase()
    .toLowerCase()
    .normalize('NFD')
    .replace(decoration, '')
    .replace(stroked, (letter) => strokes[letter] ?? letter)
    .normalize('NFKC');
