import type { sendUnaryData, ServerReadableStream } from '@grpc/grpc-js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { AppendReq, AppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { ExpectedRevision } from '../semantics/append-rules.js';
import type { WriteOutcome } from '../store/event-log.js';
import type { ProposedEvent } from '../store/record.js';
import type { NodeContext } from './context.js';
import { asRpcError, handlerThrew, maximumAppendSizeExceeded, serverNotReady, streamDeleted } from './errors.js';
import { expectedRevision } from './expected.js';
import { decode } from './identifiers.js';
import { appendSize, proposedEvent } from './proposed.js';

type Call = ServerReadableStream<AppendReq, AppendResp>;

/** `Streams.Append`: one append a call, its events one a message. */
export function handleAppend(node: NodeContext, call: Call, callback: sendUnaryData<AppendResp>): void {
  new UnaryAppend(node, call, callback).receive();
}

class UnaryAppend {
  readonly #node: NodeContext;
  readonly #call: Call;
  readonly #callback: sendUnaryData<AppendResp>;
  readonly #events: ProposedEvent[] = [];
  #target: { readonly stream: string; readonly expected: ExpectedRevision } | null = null;
  #size = 0;
  #answered = false;

  constructor(node: NodeContext, call: Call, callback: sendUnaryData<AppendResp>) {
    this.#node = node;
    this.#call = call;
    this.#callback = callback;
  }

  receive(): void {
    this.#call.on('data', (request: AppendReq) => {
      if (this.#answered) return;
      try {
        this.#take(request);
      } catch (error) {
        this.#fail(error);
      }
    });
    this.#call.on('error', (error) => this.#fail(error));
    this.#call.on('end', () => {
      if (!this.#answered) this.#write().catch((error: unknown) => this.#fail(error));
    });
  }

  #take(request: AppendReq): void {
    if (this.#target === null) {
      const options = request.getOptions();
      if (options === undefined) throw handlerThrew();
      const expected = expectedRevision(options);
      const stream = decode(options.getStreamIdentifier());
      this.#node.authorize(this.#call.metadata, 'write', stream);
      this.#target = { stream, expected };
      return;
    }
    const message = request.getProposedMessage();
    if (message === undefined) throw handlerThrew();
    const event = proposedEvent(message);
    this.#size += appendSize(event);
    const { maxAppendSize } = this.#node.limits;
    if (this.#size > maxAppendSize) throw maximumAppendSizeExceeded(maxAppendSize);
    this.#events.push(event);
  }

  async #write(): Promise<void> {
    const target = this.#target;
    // The client has gone: whether it wanted the append is not known.
    if (this.#call.cancelled) return;
    if (target === null) throw handlerThrew();
    const outcome = await this.#node.log.append(target.stream, target.expected, this.#events).catch(() => {
      throw serverNotReady();
    });
    if (outcome.outcome === 'stream-deleted') throw streamDeleted(target.stream);
    this.#answered = true;
    this.#callback(null, response(outcome, target.expected));
  }

  #fail(error: unknown): void {
    if (this.#answered) return;
    this.#answered = true;
    this.#callback(asRpcError(error));
  }
}

function response(
  outcome: Exclude<WriteOutcome, { outcome: 'stream-deleted' }>,
  expected: ExpectedRevision,
): AppendResp {
  const answer = new streams.AppendResp();
  if (outcome.outcome === 'success') {
    const success = new streams.AppendResp.Success();
    if (outcome.revision < 0) success.setNoStream(new shared.Empty());
    else success.setCurrentRevision(String(outcome.revision));
    if (outcome.position === null) {
      success.setNoPosition(new shared.Empty());
    } else {
      const position = new streams.AppendResp.Position();
      position.setCommitPosition(String(outcome.position));
      position.setPreparePosition(String(outcome.position));
      success.setPosition(position);
    }
    answer.setSuccess(success);
    return answer;
  }
  const wrong = new streams.AppendResp.WrongExpectedVersion();
  if (outcome.current < 0) wrong.setCurrentNoStream(new shared.Empty());
  else wrong.setCurrentRevision(String(outcome.current));
  setExpected(wrong, expected);
  answer.setWrongExpectedVersion(wrong);
  return answer;
}

function setExpected(wrong: AppendResp.WrongExpectedVersion, expected: ExpectedRevision): void {
  switch (expected) {
    case 'any':
      wrong.setExpectedAny(new shared.Empty());
      break;
    case 'no-stream':
      wrong.setExpectedNoStream(new shared.Empty());
      break;
    case 'stream-exists':
      wrong.setExpectedStreamExists(new shared.Empty());
      break;
    default:
      wrong.setExpectedRevision(String(expected));
  }
}
