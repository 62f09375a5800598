import { ParleyClientError } from '@parley/client';
import { insist } from '../../demo/stage/insist.js';
import type { Command, CommandApi } from './command.js';

/** How a command ended, once for all. */
export type Answer =
  | { readonly kind: 'done'; readonly sequence: number | null }
  /** `wasRepeated`: an attempt before, of which the answer was lost, may have been carried out. */
  | { readonly kind: 'refused'; readonly code: string; readonly wasRepeated: boolean };

/** Of this side: nobody has answered. */
const noAnswer: readonly string[] = ['closed', 'not_logged_in', 'session_replaced', 'bad_response'];

/** Repeats a command until it is answered. @throws the last error when it is not */
export async function answerTo(api: CommandApi, command: Command): Promise<Answer> {
  let attempts = 0;
  try {
    const sequence = await insist(() => {
      attempts++;
      return api.carryOut(command);
    });
    return { kind: 'done', sequence };
  } catch (error) {
    if (!(error instanceof ParleyClientError) || error.retryable || noAnswer.includes(error.code)) throw error;
    return { kind: 'refused', code: error.code, wasRepeated: attempts > 1 };
  }
}
