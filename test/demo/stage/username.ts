/**
 * A user name for a nick: letters, digits, `.`, `_` and `-` of it, and the number of the person, so that no two people
 * get the same one. At most 32 characters.
 */
export function usernameOf(nick: string, number: number): string {
  const plain = nick
    .normalize('NFKD')
    .replaceAll(/[^A-Za-z0-9._-]+/g, '')
    .slice(0, 20)
    .toLowerCase();
  return `${plain}.${number.toString(36)}`;
}
