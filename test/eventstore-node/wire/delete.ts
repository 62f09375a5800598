import type { sendUnaryData, ServerUnaryCall } from '@grpc/grpc-js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { DeleteReq, DeleteResp, TombstoneReq, TombstoneResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { ExpectedRevision } from '../semantics/append-rules.js';
import type { WriteOutcome } from '../store/event-log.js';
import type { NodeContext } from './context.js';
import {
  asRpcError,
  expectedNumber,
  handlerThrew,
  serverNotReady,
  streamDeleted,
  wrongExpectedVersion,
} from './errors.js';
import { expectedRevision } from './expected.js';
import { decode } from './identifiers.js';

/** `Streams.Delete`: soft deletion. */
export function handleDelete(
  node: NodeContext,
  call: ServerUnaryCall<DeleteReq, DeleteResp>,
  callback: sendUnaryData<DeleteResp>,
): void {
  deletion(node, call, (stream, expected) => node.log.softDelete(stream, expected)).then(
    (at) => {
      const position = new streams.DeleteResp.Position();
      position.setCommitPosition(at);
      position.setPreparePosition(at);
      const answer = new streams.DeleteResp();
      answer.setPosition(position);
      callback(null, answer);
    },
    (error: unknown) => callback(asRpcError(error)),
  );
}

/** `Streams.Tombstone`: deletion for ever. */
export function handleTombstone(
  node: NodeContext,
  call: ServerUnaryCall<TombstoneReq, TombstoneResp>,
  callback: sendUnaryData<TombstoneResp>,
): void {
  deletion(node, call, (stream, expected) => node.log.tombstone(stream, expected)).then(
    (at) => {
      const position = new streams.TombstoneResp.Position();
      position.setCommitPosition(at);
      position.setPreparePosition(at);
      const answer = new streams.TombstoneResp();
      answer.setPosition(position);
      callback(null, answer);
    },
    (error: unknown) => callback(asRpcError(error)),
  );
}

async function deletion(
  node: NodeContext,
  call: ServerUnaryCall<DeleteReq | TombstoneReq, unknown>,
  perform: (stream: string, expected: ExpectedRevision) => Promise<WriteOutcome>,
): Promise<string> {
  const options = call.request.getOptions();
  if (options === undefined) throw handlerThrew();
  const expected = expectedRevision(options);
  const stream = decode(options.getStreamIdentifier());
  node.authorize(call.metadata, 'delete', stream);
  const outcome = await perform(stream, expected).catch(() => {
    throw serverNotReady();
  });
  switch (outcome.outcome) {
    case 'stream-deleted':
      throw streamDeleted(stream);
    case 'wrong-expected-version':
      throw wrongExpectedVersion('Delete', stream, expectedNumber(expected), outcome.current);
    case 'success':
      return String(outcome.position ?? 0);
  }
}
