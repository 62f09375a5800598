/** What one look came to. `warning`: it works, but will not for ever or not well. */
export interface Finding {
  readonly about: string;
  readonly state: 'good' | 'warning' | 'wrong';
  readonly told: string;
  /** What to do; null: nothing. */
  readonly mend: string | null;
}

export const good = (about: string, told: string): Finding => ({ about, state: 'good', told, mend: null });
export const warning = (about: string, told: string, mend: string): Finding => ({
  about,
  state: 'warning',
  told,
  mend,
});
export const wrong = (about: string, told: string, mend: string): Finding => ({ about, state: 'wrong', told, mend });
