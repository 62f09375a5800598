import { z } from 'zod';

/** One setting: its environment variable without prefix, its type, unit and default. `--help` and the docs list these. */
export interface Setting<T> {
  readonly variable: string;
  readonly schema: z.ZodType<T>;
  /** As one would write it in the environment. */
  readonly fallback: string;
  readonly unit?: string;
  readonly help: string;
  /** May also come from the file that `PARLEY_<variable>_FILE` names. */
  readonly secret?: true;
}

export const setting = <T>(value: Setting<T>): Setting<T> => value;
export const integer = (min: number, max: number): z.ZodType<number> =>
  z
    .string()
    .regex(/^-?\d+$/, 'expected a whole number')
    .transform(Number)
    .pipe(z.int().min(min).max(max));
export const text = z.string();
export const list = z.string().transform((value) =>
  value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);
export const file = z.string();
export const url = (...protocols: readonly string[]): z.ZodType<string> =>
  z
    .string()
    .refine(
      (value) => value === '' || protocols.some((protocol) => value.startsWith(`${protocol}//`)),
      `expected a URL with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
    );
