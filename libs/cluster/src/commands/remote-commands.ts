import type { Logger } from '@parley/platform';
import {
  type Command,
  type CommandClient,
  type CommandContext,
  CommandRejected,
  type CommandResult,
  type NodeDirectory,
  type ResultOf,
} from '@parley/ports';
import { inOrderFor } from '../ring/rendezvous.js';
import { CommandLink, type PendingCall } from './command-link.js';
import { ownerKeyOf } from './owner-key.js';

export interface RemoteCommandsOptions {
  readonly directory: Pick<NodeDirectory, 'nodes' | 'onChange'>;
  /** For the nodes; see CommandServer `admits`. */
  readonly token: () => Promise<string>;
  readonly logger: Logger;
  /** How long a call may take in all, other nodes included, ms. */
  readonly timeoutMs: number;
}

const connectMs = 1_000;
/** After a connection ended badly the node is passed over for this long, ms. */
const avoidMs = 1_000;
/** Calls waiting at one node; more are refused. */
const maxPending = 16_384;
const retryAfterMs = 1_000;
/** How often calls that wait for a node, or too long, are looked at, ms. */
const lookMs = 100;

/**
 * The write side as a gateway sees it when it runs elsewhere: each command goes to the node that owns its stream, over one
 * connection a node. When the node is away or breaks off, what it has not answered goes to the next one in the same
 * order: every command may be repeated (see CommandClient). Without any node calls wait for one until their time is up.
 */
export class RemoteCommands implements CommandClient {
  readonly #options: RemoteCommandsOptions;
  readonly #links = new Map<string, CommandLink>();
  /** Until when a node is passed over, by id. */
  readonly #avoided = new Map<string, number>();
  /**
   * Where calls of a key are not decided yet: those that follow go there too, even when another node owns the key by now
   * and those before them have waited too long.
   */
  readonly #underWay = new Map<string, { readonly link: CommandLink; calls: number }>();
  /** Calls that found no node, or one that is leaving, in order. */
  #homeless: PendingCall[] = [];
  readonly #unsubscribe: () => void;
  readonly #timer: NodeJS.Timeout;
  #closed = false;

  constructor(options: RemoteCommandsOptions) {
    this.#options = options;
    this.#unsubscribe = options.directory.onChange(() => this.#onNodes());
    this.#timer = setInterval(() => this.#look(), lookMs);
    this.#timer.unref();
  }

  execute<C extends Command>(command: C, context: CommandContext): Promise<ResultOf<C>> {
    return new Promise<CommandResult>((resolve, reject) => {
      const key = ownerKeyOf(command, context);
      const until = performance.now() + this.#options.timeoutMs;
      const call = { key, command, context, resolve, reject, until };
      // Nobody overtakes those who wait for a node.
      if (this.#homeless.length === 0 || this.#homeless.length >= maxPending) this.#place(call);
      else this.#homeless.push(call);
    }) as Promise<ResultOf<C>>;
  }

  get nodes(): number {
    return this.#options.directory.nodes('command-api').length;
  }

  /** What was called is refused; wait for it before. */
  close(): void {
    this.#closed = true;
    this.#unsubscribe();
    clearInterval(this.#timer);
    for (const link of this.#links.values()) link.end();
    for (const call of this.#homeless.splice(0)) call.reject(unavailable());
  }

  #place(call: PendingCall): void {
    const now = performance.now();
    if (this.#closed || now >= call.until) {
      call.reject(unavailable());
      return;
    }
    const link = this.#linkFor(call.key, now);
    if (link === null && this.#homeless.length < maxPending) this.#homeless.push(call);
    else if (link !== null && link.pending < maxPending) this.#call(link, call);
    else call.reject(new CommandRejected('overloaded', undefined, retryAfterMs));
  }

  #call(link: CommandLink, call: PendingCall): void {
    const { key } = call;
    const underWay = this.#underWay.get(key);
    if (underWay?.link === link) underWay.calls++;
    else this.#underWay.set(key, { link, calls: 1 });
    const done = (): void => {
      const now = this.#underWay.get(key);
      if (now?.link === link && --now.calls === 0) this.#underWay.delete(key);
    };
    link.call({ ...call, done });
  }

  /** null: nobody for now. */
  #linkFor(key: string, now: number): CommandLink | null {
    const underWay = this.#underWay.get(key);
    if (underWay !== undefined) return underWay.link.takesCalls ? underWay.link : null;
    for (const node of inOrderFor(key, this.#options.directory.nodes('command-api'))) {
      const link = this.#links.get(node.id);
      if (link?.takesCalls === true) return link;
      if (link === undefined && (this.#avoided.get(node.id) ?? 0) <= now) return this.#link(node.id, node.address);
    }
    return null;
  }

  #link(id: string, address: string): CommandLink {
    const link: CommandLink = new CommandLink({
      address,
      token: this.#options.token,
      connectMs,
      onEnd: (unanswered) => this.#onEnd(id, link, unanswered),
    });
    this.#links.set(id, link);
    return link;
  }

  #onEnd(id: string, link: CommandLink, unanswered: readonly PendingCall[]): void {
    if (this.#links.get(id) === link) this.#links.delete(id);
    if (this.#closed) {
      for (const call of unanswered) call.reject(unavailable());
      return;
    }
    this.#avoided.set(id, performance.now() + avoidMs);
    if (unanswered.length > 0) {
      this.#options.logger.warn({ node: id, calls: unanswered.length }, 'a command-api node broke off: asking others');
    }
    for (const [key, { link: where }] of this.#underWay) if (where === link) this.#underWay.delete(key);
    // Before anything new is called, and before those that waited for their end: the order of one key's commands stays.
    for (const call of [...unanswered, ...this.#homeless.splice(0)]) this.#place(call);
  }

  /** Those who are no longer announced get no more calls; those who waited for somebody may have found them. */
  #onNodes(): void {
    const known = new Set(this.#options.directory.nodes('command-api').map(({ id }) => id));
    for (const [id, link] of this.#links) if (!known.has(id)) link.leave();
    for (const id of this.#avoided.keys()) if (!known.has(id)) this.#avoided.delete(id);
    this.#look();
  }

  #look(): void {
    const now = performance.now();
    for (const link of this.#links.values()) link.expire(now, unavailable);
    for (const call of this.#homeless.splice(0)) this.#place(call);
  }
}

const unavailable = (): CommandRejected => new CommandRejected('log_unavailable', undefined, retryAfterMs);
