import { CommandRejected, type Command, type CommandContext, type CommandResult } from '@parley/ports';
import { z } from 'zod';

/**
 * What travels between a gateway and a command-api node: text messages on a WebSocket, each a JSON array of what one tick
 * had to say. Both ends are ours and know each other by a token; shapes are checked all the same, at their outline.
 */
export const commandsPath = '/internal/v1/commands';

/** Either end says so at least this often, ms; nothing for three times that: the other end is gone. */
export const heartbeatMs = 1_000;

export interface CallFrame {
  readonly id: number;
  readonly command: Command;
  readonly context: CommandContext;
}

export type AnswerFrame =
  | { readonly id: number; readonly result: CommandResult }
  | { readonly id: number; readonly rejected: Rejection }
  /** Takes no new calls: what was called is still answered. */
  | { readonly leaving: true }
  | { readonly alive: true };

interface Rejection {
  readonly code: string;
  readonly detail?: string;
  readonly retryAfterMs?: number;
}

const context = z.object({
  actorId: z.string(),
  deviceId: z.string(),
  now: z.number(),
  correlationId: z.string(),
  traceparent: z.string().optional(),
});
const calls = z.array(
  z.union([
    z.object({ id: z.int().min(0), command: z.looseObject({ type: z.string() }), context }),
    z.object({ alive: z.literal(true) }),
  ]),
);

/** @throws Error for what is no message of this protocol */
export const readCalls = (text: string): readonly (CallFrame | { readonly alive: true })[] =>
  calls.parse(JSON.parse(text)) as unknown as readonly (CallFrame | { readonly alive: true })[];

const answers = z.array(
  z.union([
    z.object({ id: z.int().min(0), result: z.looseObject({ position: z.number() }) }),
    z.object({
      id: z.int().min(0),
      rejected: z.object({ code: z.string(), detail: z.string().optional(), retryAfterMs: z.number().optional() }),
    }),
    z.object({ leaving: z.literal(true) }),
    z.object({ alive: z.literal(true) }),
  ]),
);

/** @throws Error for what is no message of this protocol */
export const readAnswers = (text: string): readonly AnswerFrame[] => answers.parse(JSON.parse(text));

export function rejectionOf(error: unknown): Rejection {
  if (!(error instanceof CommandRejected)) return { code: 'internal' };
  const { code, detail, retryAfterMs } = error;
  return { code, ...(detail === undefined ? {} : { detail }), ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

export const asError = ({ code, detail, retryAfterMs }: Rejection): CommandRejected =>
  new CommandRejected(code, detail, retryAfterMs);
