/**
 * What `work` resolves with, unless that takes longer than so many milliseconds: then it is rejected with what `late`
 * makes. The work goes on, and what becomes of it is nobody's any more.
 */
export function within<T>(milliseconds: number, work: Promise<T>, late: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(late()), milliseconds);
    work.finally(() => clearTimeout(timer)).then(resolve, reject);
  });
}
