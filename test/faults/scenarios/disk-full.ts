import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultOptions } from '../options.js';
import type { Talk } from '../talk.js';

const chunk = Buffer.alloc(65_536, 1);

/** Another file takes all the room; a moment later what had been freed meanwhile, too. */
export async function diskFull(talk: Talk, { seconds }: FaultOptions): Promise<string> {
  await talk.untilAccepted(talk.accepted + 100);
  const ballast = join(talk.dataDir, 'ballast');
  const until = performance.now() + seconds * 1_000;
  const codes = new Map<string, number>();
  while (performance.now() < until) {
    fill(ballast);
    const code = await talk.tryToSend();
    codes.set(code, (codes.get(code) ?? 0) + 1);
    await sleep(100);
  }
  const before = talk.accepted;
  rmSync(ballast);
  await talk.untilAccepted(before + 100);
  const seen = [...codes].map(([code, count]) => `${count} × ${code}`).join(', ');
  const odd = [...codes.keys()].filter((code) => code !== 'accepted' && code !== 'log_unavailable');
  if (!codes.has('log_unavailable')) throw new Error(`the disk was never full for a send: ${seen}`);
  if (odd.length > 0) throw new Error(`a full disk was answered by ${odd.join(', ')}`);
  return `disk full for ${seconds} s; one more sender got ${seen}`;
}

function fill(path: string): void {
  const file = openSync(path, 'a');
  try {
    for (let size = chunk.length; size >= 4_096;) {
      try {
        writeSync(file, chunk, 0, size);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
        size /= 2;
      }
    }
  } finally {
    closeSync(file);
  }
}
