import { CommandRejected, type Command, type CommandContext, type CommandResult } from '@parley/ports';
import { z } from 'zod';

/**
 * What travels between a gateway and a command-api node: text messages on a WebSocket, each a JSON array of what one tick
 * had to say. Both ends are ours and know each other by a token; shapes are checked all the same, at their outline.
 */
export const commandsPath = '/internal/v1/commands';

/** A node asks its callers at least this often whether they are there, ms; each question is answered at once. */
export const heartbeatMs = 1_000;

/** When nothing is heard for so long, either end takes the other for gone, ms: callers then go to another node. */
export const silenceMs = 3 * heartbeatMs;

/** For how long a node goes by the answer to a question, from when it asked, ms: clearly less than `silenceMs`. */
export const heardMs = 2 * heartbeatMs;

export interface CallFrame {
  readonly id: number;
  readonly command: Command;
  readonly context: CommandContext;
}

/** Answers the question with this number, and all before it. */
export interface HereFrame {
  readonly here: number;
}

export type AnswerFrame =
  | { readonly id: number; readonly result: CommandResult }
  | { readonly id: number; readonly rejected: Rejection }
  /** Takes no new calls: what was called is still answered. */
  | { readonly leaving: true }
  /** Whether the caller is there still, and waits for what it has called: see HereFrame. */
  | { readonly ask: number };

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
    z.object({ here: z.int().min(0) }),
  ]),
);

/** @throws Error for what is no message of this protocol */
export const readCalls = (text: string): readonly (CallFrame | HereFrame)[] =>
  calls.parse(JSON.parse(text)) as unknown as readonly (CallFrame | HereFrame)[];

const answers = z.array(
  z.union([
    z.object({ id: z.int().min(0), result: z.looseObject({ position: z.number() }) }),
    z.object({
      id: z.int().min(0),
      rejected: z.object({ code: z.string(), detail: z.string().optional(), retryAfterMs: z.number().optional() }),
    }),
    z.object({ leaving: z.literal(true) }),
    z.object({ ask: z.int().min(0) }),
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
