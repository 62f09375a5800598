import { setTimeout as sleep } from 'node:timers/promises';
import { ParleyClientError } from '@parley/client';
import type { Random } from '../../demo/logs/random.js';
import type { Answer } from '../../kit/conformance.js';
import { askOnce } from '../probe/rest-question.js';
import type { Command, CommandApi } from './command.js';
import type { Participant } from './participant.js';
import { requestOf } from './request-of.js';

/** How likely the network is lost while a socket waits for an answer. */
const cutChance = 0.05;
/** So soon after the question at most, ms. */
const cutWithinMs = 20;
const givenUpMs = 15_000;

type BySocket = Exclude<Command, { readonly userId: string }>;

/**
 * Asks as one person does: by REST on a new connection each time, which any gateway may answer, or by the socket of their
 * device. Each attempt of a command takes one of the two ways by chance, so that a repetition is carried out elsewhere.
 */
export class PersonApi implements CommandApi {
  constructor(
    private readonly url: string,
    private readonly conversationId: string,
    private readonly participant: Participant,
    private readonly random: Random,
  ) {}

  async carryOut(command: Command): Promise<number | null> {
    // Blocks are no frames.
    if ('userId' in command || this.random.chance(0.5)) return this.#byRest(command);
    if (this.random.chance(cutChance)) this.#cutSoon();
    return this.#bySocket(command);
  }

  async #byRest(command: Command): Promise<number | null> {
    const { route, input } = requestOf(command, this.conversationId);
    const token = await this.participant.writer.session.token(false);
    const answer = await askOnce(this.url, route, { ...input, token }, givenUpMs).catch((cause: unknown) => {
      throw new ParleyClientError('connection_lost', `${route.id}: no answer`, { retryable: true, cause });
    });
    if (answer.status >= 300) throw refusalOf(answer);
    return command.type === 'send' ? (answer.body as { sequence: number }).sequence : null;
  }

  async #bySocket(command: BySocket): Promise<number | null> {
    const { conversationId } = this;
    const { writer } = this.participant;
    if (command.type === 'send') {
      const { clientMessageId, text } = command;
      return (await writer.send(conversationId, text, { clientMessageId })).sequence;
    }
    const message = { conversationId, sequence: command.sequence };
    switch (command.type) {
      case 'edit':
        await writer.edit(message, command.text);
        return null;
      case 'delete':
        await writer.delete(message);
        return null;
      case 'pin':
      case 'unpin':
        await writer.pin(message, command.type === 'pin');
        return null;
      case 'react':
      case 'unreact':
        await writer.react(message, command.emoji, command.type === 'react');
        return null;
      default:
        return command satisfies never;
    }
  }

  #cutSoon(): void {
    void sleep(this.random.below(cutWithinMs), undefined, { ref: false }).then(() => this.participant.cut());
  }
}

interface Problem {
  readonly code: ParleyClientError['code'];
  readonly retryable?: boolean;
}

function refusalOf({ status, body, headers }: Answer): ParleyClientError {
  const retryAfter = headers.get('Retry-After');
  const retryAfterMs = retryAfter === null ? undefined : Number(retryAfter) * 1_000;
  const isProblem = typeof body === 'object' && body !== null && 'code' in body;
  // Somebody in between answered.
  if (!isProblem)
    return new ParleyClientError('bad_response', `status ${status}`, { status, retryable: status >= 500 });
  const { code, retryable = false } = body as Problem;
  return new ParleyClientError(code, code, { status, retryable, retryAfterMs });
}
