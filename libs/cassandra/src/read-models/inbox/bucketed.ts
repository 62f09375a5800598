/**
 * Reads rows that lie in buckets, in order, as if they lay in one: the buckets that hold something are asked for once,
 * and none of them again after it has been passed.
 */
export function acrossBuckets<Row>(
  buckets: () => Promise<readonly number[]>,
  read: (bucket: number, after: number, limit: number) => Promise<readonly Row[]>,
): (after: number, limit: number) => Promise<readonly Row[]> {
  let left: readonly number[] | null = null;
  return async (after, limit) => {
    left ??= await buckets();
    const found: Row[] = [];
    for (let [bucket] = left; bucket !== undefined; [bucket] = left) {
      const wanted = limit - found.length;
      const rows = await read(bucket, after, wanted);
      found.push(...rows);
      if (rows.length >= wanted) return found;
      left = left.slice(1);
    }
    return found;
  };
}
