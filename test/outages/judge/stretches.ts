import type { Asked } from '../probe/features.js';

/** Questions in a row of which none was answered as it should. */
export interface Stretch {
  /** From the first question to the last answer, or to where that was given up; ms. */
  readonly ms: number;
  readonly questions: readonly Asked[];
}

/** The stretches of one feature, in their order; `asked` in the order of the questions. */
export function stretchesOf(asked: readonly Asked[], isRight: (one: Asked) => boolean): readonly Stretch[] {
  const stretches: Asked[][] = [];
  let isOpen = false;
  for (const one of asked) {
    if (isRight(one)) {
      isOpen = false;
      continue;
    }
    if (!isOpen) stretches.push([]);
    isOpen = true;
    stretches.at(-1)?.push(one);
  }
  return stretches.map((questions) => {
    const begin = questions[0]?.at ?? 0;
    return { ms: Math.max(...questions.map(({ at, ms }) => at + ms)) - begin, questions };
  });
}
