/** Log positions are decimal strings without leading zeros, up to 64 bit: numbers of JavaScript would lose digits. */
export function comparePositions(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Older than anything that was ever written: of state that came without a position. */
export const noPosition = '0';
