import { type ChildProcess, fork } from 'node:child_process';
import type { Assignment, Played } from './player.js';
import type { BugName } from './world/bugs.js';

/** Plays seeds in so many processes at once; `onPlayed` hears of each in the order in which they end. */
export async function playAll(
  seeds: readonly number[],
  bug: BugName | null,
  processes: number,
  onPlayed: (played: Played) => void,
): Promise<void> {
  let next = 0;
  const play = (player: ChildProcess): Promise<void> =>
    new Promise((resolve, reject) => {
      const assign = (): void => {
        const seed = seeds[next++];
        if (seed === undefined) player.disconnect();
        else player.send({ seed, bug } satisfies Assignment);
      };
      player.on('message', (played: Played) => {
        onPlayed(played);
        assign();
      });
      player.on('exit', (code) => {
        if (code === 0) resolve();
        else reject(new Error(`a process that plays ended with ${code}`));
      });
      assign();
    });
  const players = Array.from({ length: Math.min(processes, seeds.length) }, () =>
    fork(new URL('./player.js', import.meta.url), [], { execArgv: ['--disable-warning=ExperimentalWarning'] }),
  );
  try {
    await Promise.all(players.map(play));
  } finally {
    for (const player of players) player.kill();
  }
}
