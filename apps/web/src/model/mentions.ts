import type { PersonView } from '@parley/client';

/** The name that is being typed behind an `@` just before the caret, in small letters; null: none is. */
export function wordBeing(text: string, caret: number): string | null {
  const match = /(?:^|[\s(])@([\p{L}\p{N}._-]{0,32})$/u.exec(text.slice(0, caret));
  return match?.[1]?.toLowerCase() ?? null;
}

/** The text with that name written out, and where the caret then stands. */
export function completed(text: string, caret: number, username: string): { text: string; caret: number } {
  const before = text.slice(0, caret).replace(/@[\p{L}\p{N}._-]{0,32}$/u, `@${username} `);
  return { text: before + text.slice(caret).replace(/^ /, ''), caret: before.length };
}

/** Ids of the people whose user names stand in the text behind an `@`. */
export function mentionedIn(text: string, people: readonly PersonView[]): string[] {
  const names = new Set(
    [...text.matchAll(/(?:^|[\s(])@([A-Za-z0-9._-]{2,32})/g)].flatMap(([, name = '']) => {
      const small = name.toLowerCase();
      // A full stop ends the sentence, or belongs to the name.
      return [small, small.replace(/[.-]+$/, '')];
    }),
  );
  return people.filter(({ username }) => names.has(username)).map(({ id }) => id);
}
