import { parseLog } from './parse-log.js';
import type { ParsedLog } from './parsed-log.js';

/** A log of these lines, for the specs. */
export const logOf = (...lines: string[]): ParsedLog =>
  parseLog(Buffer.from(lines.join('\n') + '\n'), '2006-01-02.log');
