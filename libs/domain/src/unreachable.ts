/** The end of an exhaustive switch: a case that is left out does not compile. */
export function unreachable(value: never): never {
  throw new Error(`not in the union: ${JSON.stringify(value)}`);
}
