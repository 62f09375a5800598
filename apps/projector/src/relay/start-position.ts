/**
 * Where the relay goes on: at the lowest of what the partitions are filled up to, as everything below is in all of them.
 * A partition that age has emptied (null) says nothing; when all are, it begins anew, which readers do not notice.
 */
export function startPosition(markers: readonly (number | null)[]): number {
  const known = markers.filter((marker) => marker !== null);
  return known.length === 0 ? 0 : Math.min(...known);
}
