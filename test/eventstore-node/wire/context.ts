import type { Metadata } from '@grpc/grpc-js';
import { AllReader } from '../semantics/all-reader.js';
import { mayAccess } from '../semantics/access.js';
import type { StreamAction } from '../semantics/access.js';
import type { EventLog } from '../store/event-log.js';
import { authenticate } from './authentication.js';
import type { Caller } from './authentication.js';
import { accessDenied } from './errors.js';

export interface NodeLimits {
  /** Bytes of event data in one append. The product's default is 1 MiB. */
  readonly maxAppendSize: number;
  /** ms a batch append may take to arrive, whatever its deadline says. */
  readonly writeTimeoutMs: number;
  /** Live events that may wait for a consumer that takes nothing. */
  readonly liveBuffer: number;
  /** ms it may take nothing while more than that wait; then its subscription is dropped. */
  readonly slowConsumerMs: number;
}

/** What every handler works with. */
export class NodeContext {
  readonly log: EventLog;
  readonly all: AllReader;
  readonly limits: NodeLimits;
  readonly #secured: boolean;

  /** @param secured credentials are required; without, everybody may do everything */
  constructor(log: EventLog, limits: NodeLimits, secured: boolean) {
    this.log = log;
    this.all = new AllReader(log);
    this.limits = limits;
    this.#secured = secured;
  }

  /** @throws RpcError when the credentials are wrong, or the caller may not do this */
  authorize(metadata: Metadata, action: StreamAction, stream: string): void {
    if (!this.mayAccess(metadata, action, stream)) throw accessDenied();
  }

  /** @throws RpcError when the credentials are wrong */
  mayAccess(metadata: Metadata, action: StreamAction, stream: string): boolean {
    if (!this.#secured) return true;
    const caller = authenticate(metadata);
    return caller !== null && mayAccess(this.log.streams, caller, action, stream);
  }

  /** Credentials may be missing, but not wrong. @throws RpcError when they are */
  authenticate(metadata: Metadata): Caller {
    return this.#secured ? authenticate(metadata) : null;
  }

  /** For what any user may do. @throws RpcError */
  requireUser(metadata: Metadata): void {
    if (this.#secured && this.authenticate(metadata) === null) throw accessDenied();
  }
}
