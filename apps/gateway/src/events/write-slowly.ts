import type { Writable } from 'node:stream';

/** Writes, and resolves when there is room for more: at once, when the reader has caught up, or when it has gone. */
export function writeSlowly(out: Writable, text: string): Promise<void> {
  if (out.destroyed || out.write(text)) return Promise.resolve();
  return new Promise((resolve) => {
    const settle = (): void => {
      out.off('drain', settle).off('close', settle);
      resolve();
    };
    out.on('drain', settle).on('close', settle);
  });
}
