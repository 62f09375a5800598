import { once } from 'node:events';
import type { ServerDuplexStream } from '@grpc/grpc-js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { BatchAppendReq, BatchAppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import type { Status } from '@eventstore/db-client/generated/status_pb.js';
import type { ExpectedRevision } from '../semantics/append-rules.js';
import type { WriteOutcome } from '../store/event-log.js';
import type { ProposedEvent } from '../store/record.js';
import {
  accessDeniedStatus,
  badRequestStatus,
  maximumAppendSizeExceededStatus,
  notReadyStatus,
  streamDeletedStatus,
  timeoutStatus,
  wrongExpectedVersionStatus,
} from './batch-status.js';
import type { NodeContext } from './context.js';
import { asRpcError } from './errors.js';
import { expectedPosition } from './expected.js';
import { decode, parseUuid } from './identifiers.js';
import { appendSize, proposedEvent } from './proposed.js';

type Call = ServerDuplexStream<BatchAppendReq, BatchAppendResp>;

interface Incoming {
  readonly stream: string;
  readonly expected: ExpectedRevision;
  readonly events: ProposedEvent[];
  readonly timer: NodeJS.Timeout;
  size: number;
}

/** Accepted bytes from which on no more requests are taken from a connection until the disk has caught up. */
const MAX_WAITING_BYTES = 32 * 1024 * 1024;

/**
 * `Streams.BatchAppend`: any number of appends over one call, each named by a correlation id and perhaps cut into
 * several messages. They are judged in the order in which their last messages arrive and answered when durable.
 */
export function handleBatchAppend(node: NodeContext, call: Call): void {
  new BatchAppends(node, call).receive();
}

class BatchAppends {
  readonly #node: NodeContext;
  readonly #call: Call;
  readonly #incoming = new Map<string, Incoming>();
  #writing = 0;
  #ended = false;

  constructor(node: NodeContext, call: Call) {
    this.#node = node;
    this.#call = call;
  }

  receive(): void {
    const call = this.#call;
    try {
      this.#node.authenticate(call.metadata);
    } catch (error) {
      call.emit('error', asRpcError(error));
      return;
    }
    call.on('data', (request: BatchAppendReq) => {
      this.#take(request);
      if (this.#node.log.waitingBytes > MAX_WAITING_BYTES) this.#pauseUntil(this.#node.log.progress());
      // Somebody who does not take his answers is not listened to.
      else if (call.writableNeedDrain) this.#pauseUntil(once(call, 'drain'));
    });
    call.on('end', () => {
      this.#ended = true;
      this.#endWhenAnswered();
    });
    call.on('error', () => this.#forget());
    call.on('cancelled', () => this.#forget());
  }

  #pauseUntil(moment: Promise<unknown>): void {
    this.#call.pause();
    moment.then(
      () => this.#call.resume(),
      () => undefined,
    );
  }

  #take(request: BatchAppendReq): void {
    let correlation: string;
    try {
      correlation = parseUuid(request.getCorrelationId());
    } catch (error) {
      this.#answer(request.getCorrelationId()?.getString() ?? '', '', badRequestStatus(String(error)));
      return;
    }
    try {
      this.#gather(correlation, request);
    } catch (error) {
      this.#refuse(correlation, badRequestStatus(error instanceof Error ? error.message : String(error)));
    }
  }

  #gather(correlation: string, request: BatchAppendReq): void {
    if (!this.#begin(correlation, request)) return;
    const incoming = this.#incoming.get(correlation);
    // Refused before: its other parts are still on their way.
    if (incoming === undefined) return;
    for (const message of request.getProposedMessagesList()) {
      const event = proposedEvent(message);
      incoming.size += appendSize(event);
      incoming.events.push(event);
    }
    const { maxAppendSize } = this.#node.limits;
    if (incoming.size > maxAppendSize) {
      this.#refuse(correlation, maximumAppendSizeExceededStatus(maxAppendSize));
      return;
    }
    if (!request.getIsFinal()) return;
    this.#drop(correlation);
    this.#write(correlation, incoming);
  }

  /** @returns whether the request's events are wanted */
  #begin(correlation: string, request: BatchAppendReq): boolean {
    const options = request.getOptions();
    if (options === undefined || this.#incoming.has(correlation)) return true;
    if (!options.hasStreamIdentifier()) {
      this.#answer(correlation, '', badRequestStatus('Required field StreamIdentifier not set.'));
      return false;
    }
    const stream = decode(options.getStreamIdentifier());
    const deadline = options.getDeadline()?.toDate().getTime() ?? Infinity;
    const timeout = Math.min(deadline - Date.now(), this.#node.limits.writeTimeoutMs);
    if (!this.#mayWrite(stream)) {
      this.#answer(correlation, stream, accessDeniedStatus());
      return false;
    }
    if (timeout <= 0) {
      this.#answer(correlation, stream, timeoutStatus());
      return false;
    }
    const expected = expectedPosition(options);
    const timer = setTimeout(() => this.#refuse(correlation, timeoutStatus()), timeout);
    this.#incoming.set(correlation, { stream, expected, events: [], timer, size: 0 });
    return true;
  }

  #mayWrite(stream: string): boolean {
    return this.#node.mayAccess(this.#call.metadata, 'write', stream);
  }

  #write(correlation: string, incoming: Incoming): void {
    this.#writing += 1;
    this.#node.log
      .append(incoming.stream, incoming.expected, incoming.events)
      .then(
        (outcome) => this.#answer(correlation, incoming.stream, result(outcome, incoming)),
        () => this.#answer(correlation, incoming.stream, notReadyStatus()),
      )
      .finally(() => {
        this.#writing -= 1;
        this.#endWhenAnswered();
      });
  }

  /** Answers an append that was not complete yet; what else arrives of it is left aside. */
  #refuse(correlation: string, status: Status): void {
    const incoming = this.#drop(correlation);
    this.#answer(correlation, incoming?.stream ?? '', status);
  }

  #drop(correlation: string): Incoming | undefined {
    const incoming = this.#incoming.get(correlation);
    clearTimeout(incoming?.timer);
    this.#incoming.delete(correlation);
    return incoming;
  }

  #answer(correlation: string, stream: string, outcome: Status | BatchAppendResp.Success): void {
    if (this.#call.cancelled) return;
    const answer = new streams.BatchAppendResp();
    const id = new shared.UUID();
    id.setString(correlation);
    const identifier = new shared.StreamIdentifier();
    identifier.setStreamName(Buffer.from(stream));
    answer.setCorrelationId(id);
    answer.setStreamIdentifier(identifier);
    if (outcome instanceof streams.BatchAppendResp.Success) answer.setSuccess(outcome);
    else answer.setError(outcome);
    this.#call.write(answer);
  }

  #endWhenAnswered(): void {
    if (this.#ended && this.#writing === 0) {
      this.#forget();
      this.#call.end();
    }
  }

  #forget(): void {
    for (const correlation of this.#incoming.keys()) this.#drop(correlation);
  }
}

function result(outcome: WriteOutcome, incoming: Incoming): Status | BatchAppendResp.Success {
  if (outcome.outcome === 'success') return success(outcome.revision, outcome.position);
  if (outcome.outcome === 'stream-deleted') return streamDeletedStatus(incoming.stream);
  return wrongExpectedVersionStatus(incoming.expected, outcome.current);
}

function success(revision: number, at: number | null): BatchAppendResp.Success {
  const answer = new streams.BatchAppendResp.Success();
  if (revision >= 0) answer.setCurrentRevision(String(revision));
  if (at !== null) {
    const position = new shared.AllStreamPosition();
    position.setCommitPosition(String(at));
    position.setPreparePosition(String(at));
    answer.setPosition(position);
  }
  return answer;
}
