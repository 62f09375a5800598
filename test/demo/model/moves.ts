import type { Script } from '../logs/script.js';

/** What may happen at once. Each move begins when the one before it is done: accepted, or in force. */
export type Move =
  /** Consecutive lines of one person, in order. */
  | { readonly kind: 'say'; readonly person: string; readonly from: number; readonly to: number }
  /** Comings and goings of different people. */
  | { readonly kind: 'change'; readonly joins: readonly string[]; readonly leaves: readonly string[] }
  /** Display names. Nothing waits for them. */
  | { readonly kind: 'rename'; readonly person: string; readonly name: string };

interface OpenChange {
  readonly joins: string[];
  readonly leaves: string[];
}

/** Lines that go out as one batch, at most: as many frames as one WebSocket message takes. */
const mostLines = 64;

/** Joins the steps that need not wait for each other; renames move before the change they stand in. */
export function movesOf(script: Script): Move[] {
  const moves: Move[] = [];
  let said = 0;
  let change: OpenChange | null = null;
  for (const step of script.steps) {
    switch (step.kind) {
      case 'rename':
        moves.push({ kind: 'rename', person: step.person, name: step.name });
        break;
      case 'join':
      case 'leave': {
        if (change === null || concerns(change, step.person)) {
          endChange();
          change = { joins: [], leaves: [] };
        }
        (step.kind === 'join' ? change.joins : change.leaves).push(step.person);
        break;
      }
      case 'say': {
        endChange();
        said++;
        const last = moves.at(-1);
        if (last?.kind === 'say' && last.person === step.person && last.to - last.from + 1 < mostLines)
          moves[moves.length - 1] = { ...last, to: said };
        else moves.push({ kind: 'say', person: step.person, from: said, to: said });
        break;
      }
    }
  }
  endChange();
  return moves;

  function endChange(): void {
    if (change !== null) moves.push({ kind: 'change', ...change });
    change = null;
  }
}

const concerns = ({ joins, leaves }: OpenChange, person: string): boolean =>
  joins.includes(person) || leaves.includes(person);
