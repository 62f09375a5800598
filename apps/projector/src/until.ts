import { setTimeout as pause } from 'node:timers/promises';

/** The work's answer, or null as soon as the signal comes: the work is then left to itself. */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | null> {
  if (signal.aborted) {
    work.catch(() => undefined);
    return null;
  }
  const end = Promise.withResolvers<null>();
  const onAbort = (): void => end.resolve(null);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, end.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** The work's answer, or null when it takes longer; it may be waited for again. */
export async function untilTime<T>(work: Promise<T>, milliseconds: number): Promise<T | null> {
  const over = new AbortController();
  const time = pause(Math.max(0, milliseconds), null, { signal: over.signal, ref: false }).catch(() => null);
  try {
    return await Promise.race([work, time]);
  } finally {
    over.abort();
  }
}
