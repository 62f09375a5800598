import { z } from 'zod';

/** How many rows at most. */
export const limitParameter = (most: number) => z.coerce.number().int().min(1).max(most).optional();

/** Several values in one parameter, with commas. */
export const listParameter = <Item extends z.ZodType<string, string>>(item: Item, most: number) =>
  z
    .string()
    .transform((text) => text.split(',').filter((part) => part !== ''))
    .pipe(z.array(item).min(1).max(most));

/** Of an event in the log. */
export const positionParameter = z
  .string()
  .regex(/^\d{1,16}$/)
  .transform(Number)
  .pipe(z.int());
