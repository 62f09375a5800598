const LOWER: Readonly<Record<string, string>> = { '[': '{', ']': '}', '\\': '|', '~': '^' };

/** Nicks that a server takes for the same have the same fold: letters without case, and `[]\~` as `{}|^` (RFC 1459). */
export const foldNick = (nick: string): string =>
  nick.toLowerCase().replace(/[[\]\\~]/g, (sign) => LOWER[sign] ?? sign);
