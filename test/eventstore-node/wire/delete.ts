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

type Perform = (stream: string, expected: ExpectedRevision) => Promise<WriteOutcome>;

/** `Streams.Delete`: soft deletion. */
export async function handleDelete(
  node: NodeContext,
  call: ServerUnaryCall<DeleteReq, DeleteResp>,
  callback: sendUnaryData<DeleteResp>,
): Promise<void> {
  const answer = new streams.DeleteResp();
  try {
    const at = await deletion(node, call, (stream, expected) => node.log.softDelete(stream, expected));
    const position = new streams.DeleteResp.Position();
    position.setCommitPosition(at);
    position.setPreparePosition(at);
    answer.setPosition(position);
  } catch (error) {
    callback(asRpcError(error));
    return;
  }
  callback(null, answer);
}

/** `Streams.Tombstone`: deletion for ever. */
export async function handleTombstone(
  node: NodeContext,
  call: ServerUnaryCall<TombstoneReq, TombstoneResp>,
  callback: sendUnaryData<TombstoneResp>,
): Promise<void> {
  const answer = new streams.TombstoneResp();
  try {
    const at = await deletion(node, call, (stream, expected) => node.log.tombstone(stream, expected));
    const position = new streams.TombstoneResp.Position();
    position.setCommitPosition(at);
    position.setPreparePosition(at);
    answer.setPosition(position);
  } catch (error) {
    callback(asRpcError(error));
    return;
  }
  callback(null, answer);
}

/** @returns the position of what was written */
async function deletion(
  node: NodeContext,
  call: ServerUnaryCall<DeleteReq | TombstoneReq, unknown>,
  perform: Perform,
): Promise<string> {
  const options = call.request.getOptions();
  if (options === undefined) throw handlerThrew();
  const expected = expectedRevision(options);
  const stream = decode(options.getStreamIdentifier());
  node.authorize(call.metadata, 'delete', stream);
  const outcome = await perform(stream, expected).catch(() => {
    throw serverNotReady();
  });
  if (outcome.outcome === 'stream-deleted') throw streamDeleted(stream);
  if (outcome.outcome === 'wrong-expected-version') {
    throw wrongExpectedVersion('Delete', stream, expectedNumber(expected), outcome.current);
  }
  return String(outcome.position ?? 0);
}
