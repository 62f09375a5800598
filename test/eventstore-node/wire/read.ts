import type { ServerWritableStream } from '@grpc/grpc-js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import { ALL_STREAM } from '../semantics/access.js';
import { InvalidPosition, START } from '../semantics/all-reader.js';
import type { Position } from '../semantics/all-reader.js';
import { compileFilter, internalEventsLeftOut } from '../semantics/filter.js';
import type { EventFilter } from '../semantics/filter.js';
import type { NodeContext } from './context.js';
import { handlerThrew, invalidArgument, unexpectedResult } from './errors.js';
import { decode } from './identifiers.js';
import { Outgoing } from './outgoing.js';
import { readAll, readStream } from './reads.js';
import { READ_BATCH, subscribeToAll, subscribeToStream } from './subscriptions.js';
import type { Delivery } from './subscriptions.js';

type Options = NonNullable<ReturnType<ReadReq['getOptions']>>;
type FilterOptions = NonNullable<ReturnType<Options['getFilter']>>;
type Call = ServerWritableStream<ReadReq, Buffer>;

const { BACKWARDS } = streams.ReadReq.Options.ReadDirection;

/** `Streams.Read`: reads and subscriptions, of one stream or of $all. */
export function handleRead(node: NodeContext, call: Call): void {
  const out = new Outgoing(call);
  dispatch(node, call, out).then(
    () => out.end(),
    (error: unknown) => out.fail(error),
  );
}

async function dispatch(node: NodeContext, call: Call, out: Outgoing<unknown>): Promise<void> {
  const options = call.request.getOptions();
  if (options === undefined) throw handlerThrew();
  if (!options.hasStream() && !options.hasAll()) throw invalidArgument("'None' is not a valid stream option");
  const uuidOption = options.getUuidOption();
  if (uuidOption === undefined) throw handlerThrew();
  const delivery: Delivery = {
    resolveLinks: options.getResolveLinks(),
    uuids: uuidOption.hasString() ? 'string' : 'structured',
  };
  const stream = options.hasStream() ? decode(options.getStream()?.getStreamIdentifier()) : ALL_STREAM;
  node.authorize(call.metadata, 'read', stream);
  checkCombination(options);
  if (options.hasSubscription()) await subscribe(node, out, options, stream, delivery);
  else await read(node, out, options, stream, delivery);
}

async function subscribe(
  node: NodeContext,
  out: Outgoing<unknown>,
  options: Options,
  stream: string,
  delivery: Delivery,
): Promise<void> {
  if (options.hasStream()) {
    const at = revisionOf(options);
    return subscribeToStream(node, out, { ...delivery, stream, from: at });
  }
  const filterOptions = options.getFilter();
  const maxSearchWindow = searchWindow(filterOptions);
  const multiplier = filterOptions?.getCheckpointintervalmultiplier() ?? 1;
  if (multiplier === 0) throw handlerThrew();
  return subscribeToAll(node, out, {
    ...delivery,
    from: positionOf(options),
    filter: filterOptions === undefined ? null : filterOf(filterOptions),
    maxSearchWindow,
    checkpointInterval: multiplier * maxSearchWindow,
  });
}

async function read(
  node: NodeContext,
  out: Outgoing<unknown>,
  options: Options,
  stream: string,
  delivery: Delivery,
): Promise<void> {
  const direction = options.getReadDirection() === BACKWARDS ? 'backwards' : 'forwards';
  const maxCount = Number(options.getCount());
  if (options.hasStream()) {
    const at = revisionOf(options);
    const from = at === 'start' ? 0 : at === 'end' ? -1 : at;
    const compatibility = options.getControlOption()?.getCompatibility() ?? 0;
    return readStream(node, out, { ...delivery, stream, direction, from, maxCount, compatibility });
  }
  const at = positionOf(options);
  const end = { commit: node.log.end, prepare: node.log.end };
  const filterOptions = options.getFilter();
  try {
    await readAll(node, out, {
      ...delivery,
      direction,
      from: at === 'start' ? START : at === 'end' ? end : at,
      maxCount,
      filter: filterOptions === undefined ? internalEventsLeftOut : filterOf(filterOptions),
      maxSearchWindow: filterOptions === undefined ? Number.MAX_SAFE_INTEGER : searchWindow(filterOptions),
    });
  } catch (error) {
    throw error instanceof InvalidPosition ? unexpectedResult('ReadAllResult') : error;
  }
}

/** A stream is never filtered, a subscription never goes backwards, and one of each pair must be given. */
function checkCombination(options: Options): void {
  const counted = options.hasCount();
  const filtered = options.hasFilter();
  const backwards = options.getReadDirection() === BACKWARDS;
  const valid =
    (counted || options.hasSubscription()) &&
    (filtered || options.hasNoFilter()) &&
    !(filtered && options.hasStream()) &&
    !(options.hasSubscription() && backwards);
  if (valid) return;
  const named = [
    options.hasStream() ? 'Stream' : 'All',
    counted ? 'Count' : options.hasSubscription() ? 'Subscription' : 'None',
    backwards ? 'Backwards' : 'Forwards',
    filtered ? 'Filter' : options.hasNoFilter() ? 'NoFilter' : 'None',
  ];
  throw invalidArgument(`The combination of (${named.join(', ')}) is invalid.`);
}

function revisionOf(options: Options): number | 'start' | 'end' {
  const stream = options.getStream();
  if (stream?.hasStart() === true) return 'start';
  if (stream?.hasEnd() === true) return 'end';
  if (stream?.hasRevision() !== true) throw handlerThrew();
  const revision = BigInt(stream.getRevision());
  if (revision === 2n ** 64n - 1n) return 'end';
  return integer(revision);
}

function positionOf(options: Options): Position | 'start' | 'end' {
  const all = options.getAll();
  if (all?.hasStart() === true) return 'start';
  if (all?.hasEnd() === true) return 'end';
  const position = all?.getPosition();
  if (position === undefined) throw handlerThrew();
  const commit = BigInt(position.getCommitPosition());
  const prepare = BigInt(position.getPreparePosition());
  if (commit === 2n ** 64n - 1n && prepare === commit) return 'end';
  if (commit < prepare) throw handlerThrew();
  return { commit: integer(commit), prepare: integer(prepare) };
}

/** Above 2^53 - 1 there is nothing here, so that exactness does not matter. */
function integer(value: bigint): number {
  if (value > 2n ** 63n - 1n) throw handlerThrew();
  return Number(value);
}

function searchWindow(filter: FilterOptions | undefined): number {
  if (filter === undefined || filter.hasCount()) return READ_BATCH;
  if (!filter.hasMax()) throw invalidArgument("'None' is not a valid filter window");
  // With an empty window no read would ever come to an end.
  if (filter.getMax() === 0) throw handlerThrew();
  return filter.getMax();
}

function filterOf(filter: FilterOptions): EventFilter {
  const stream = filter.getStreamIdentifier();
  const expression = stream ?? filter.getEventType();
  if (expression === undefined) throw invalidArgument('the filter has no expression');
  try {
    return compileFilter({
      on: stream === undefined ? 'type' : 'stream',
      regex: expression.getRegex(),
      prefixes: expression.getPrefixList(),
    });
  } catch {
    throw handlerThrew();
  }
}
