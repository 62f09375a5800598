import { z } from 'zod';
import type { ErrorCode } from '../errors/index.js';
import { conversationId } from '../frames.js';

export const onConversation = z.strictObject({ conversationId });

/** What every write on a conversation can answer. */
const writeErrors = ['conversation_not_found', 'log_unavailable', 'conflict', 'overloaded'] as const;
export const writeErrorsAnd = (...codes: readonly ErrorCode[]): readonly ErrorCode[] => [...writeErrors, ...codes];
