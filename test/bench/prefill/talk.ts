/** Words that somebody could have said, as frequent as words are: the n-th about 1/n as often as the first. */
const vocabulary = 40_000;
const syllables =
  'ba be bi bo bu da de di do du ka ke ki ko ku la le li lo lu ma me mi mo mu na ne ni no nu ra re ri ro ru sa se si so su ta te ti to tu'.split(
    ' ',
  );

/** The word with this rank, 0 the most frequent: pronounceable, no two alike. */
export function wordOf(rank: number): string {
  let word = '';
  for (let rest = rank + 1; rest > 0; rest = Math.floor((rest - 1) / syllables.length)) {
    word += syllables[(rest - 1) % syllables.length];
  }
  return word;
}

const words = Array.from({ length: vocabulary }, (_, rank) => wordOf(rank));

const anyWord = (random: () => number): string => words[Math.floor(vocabulary ** random()) - 1] ?? 'ba';

/** One to nineteen words. */
export function anySentence(random: () => number): string {
  const count = 1 + Math.floor(random() * 19);
  let text = anyWord(random);
  for (let n = 1; n < count; n++) text += ` ${anyWord(random)}`;
  return text;
}

/** A query as people write them, on their own conversations. */
export function anyQuery(random: () => number, usernames: readonly string[]): string {
  const between = (from: number, to: number): string => wordOf(Math.floor(from + random() * (to - from)));
  const rare = between(5_000, vocabulary);
  const common = between(20, 500);
  const veryCommon = between(0, 20);
  const kinds = [
    rare,
    rare,
    common,
    common,
    veryCommon,
    `${common} ${veryCommon}`,
    `${common} ${rare}`,
    `"${veryCommon} ${common}"`,
    `${common.slice(0, 4)}*`,
    `${common} from:${usernames[Math.floor(random() * usernames.length)] ?? 'nobody'}`,
    `${common} -${veryCommon}`,
  ];
  return kinds[Math.floor(random() * kinds.length)] ?? rare;
}
