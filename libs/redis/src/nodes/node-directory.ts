import type { ClusterNode, NodeDirectory } from '@parley/ports';
import { script } from '../connection/command-link.js';
import type { RedisConnection } from '../connection/redis-connection.js';
import { KnownNodes, type NodeEntry } from './known-nodes.js';

const renewEveryMs = 1_000;
/** A node that did not renew its lease for this long is gone. */
const leaseMs = 5_000;

// The directory is a hash: node id -> `expiry|beat|node as JSON`.

// KEYS: directory. ARGV: channel, lease (ms), id and node of who renews itself (empty: nobody). Answers id, beat, node
// of all that are there. Tells of a node that is new or looks different.
const readScript = script(`
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
if ARGV[3] ~= '' then
  local before = string.match(redis.call('HGET', KEYS[1], ARGV[3]) or '', '^%d+|%d+|(.*)$')
  local value = string.format('%.0f|%.0f|', now + ARGV[2], now) .. ARGV[4]
  redis.call('HSET', KEYS[1], ARGV[3], value)
  if before ~= ARGV[4] then redis.call('PUBLISH', ARGV[1], '') end
end
local entries = redis.call('HGETALL', KEYS[1])
local answer = {}
for i = 1, #entries, 2 do
  local expiry, beat, node = string.match(entries[i + 1], '^(%d+)|(%d+)|(.*)$')
  if not expiry or tonumber(expiry) <= now then
    redis.call('HDEL', KEYS[1], entries[i])
  else
    answer[#answer + 1] = beat
    answer[#answer + 1] = node
  end
end
return answer
`);

// KEYS: directory. ARGV: channel, id.
const withdrawScript = script(`
redis.call('HDEL', KEYS[1], ARGV[2])
redis.call('PUBLISH', ARGV[1], ARGV[2])
return 1
`);

/**
 * Processes that others call, by leases in Redis: renewed and read once a second, and read at once when somebody comes or
 * goes. Knows from its start on who is there as soon as Redis answers, and keeps that while it does not.
 */
export class RedisNodeDirectory implements NodeDirectory {
  readonly #known = new KnownNodes(leaseMs, renewEveryMs);
  readonly #listeners = new Set<() => void>();
  readonly #key: string;
  readonly #channel: string;
  readonly #ends: (() => void)[];
  #own: ClusterNode | null = null;
  #readAt = performance.now();
  /** Rises when this process comes or goes: what was read before is out of date then. */
  #version = 0;

  constructor(private readonly connection: RedisConnection) {
    this.#key = connection.name('nodes');
    this.#channel = connection.name('nodes', 'changed');
    const timer = setInterval(() => void this.#read(), renewEveryMs).unref();
    this.#ends = [
      () => clearInterval(timer),
      connection.channels.subscribe(this.#channel, (gone) => this.#onNews(gone)),
      connection.channels.onListening(() => void this.#read()),
    ];
  }

  /** Resolves once this process stands in the directory, or Redis did not take it: then it is tried once a second. */
  async announce(node: ClusterNode): Promise<void> {
    this.#own = node;
    this.#version++;
    // Known here even without Redis.
    if (this.#known.read([{ node, beat: '0' }], 0)) this.#tell();
    await this.#read();
  }

  async withdraw(): Promise<void> {
    const own = this.#own;
    if (own === null) return;
    this.#own = null;
    this.#version++;
    if (this.#known.remove(own.id)) this.#tell();
    const { commands } = this.connection;
    await commands.attempt('withdraw', (client) =>
      commands.evaluate(client, withdrawScript, [this.#key], [this.#channel, own.id]),
    );
  }

  nodes(kind: ClusterNode['kind']): readonly ClusterNode[] {
    return this.#known.nodes(kind);
  }

  onChange(listener: () => void): () => void {
    const own = (): void => listener();
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  /** Without withdrawing. */
  close(): void {
    for (const end of this.#ends.splice(0)) end();
    this.#listeners.clear();
  }

  async #read(): Promise<void> {
    const own = this.#own;
    const version = this.#version;
    const args = [this.#channel, leaseMs, own?.id ?? '', own === null ? '' : JSON.stringify(own)];
    const { commands, failures } = this.connection;
    const answer = await commands.attempt('nodes', (client) =>
      commands.evaluate(client, readScript, [this.#key], args),
    );
    if (!Array.isArray(answer) || version !== this.#version) return;
    const entries: NodeEntry[] = [];
    for (let i = 0; i + 1 < answer.length; i += 2) {
      try {
        entries.push({ beat: String(answer[i]), node: JSON.parse(String(answer[i + 1])) as ClusterNode });
      } catch (error) {
        failures.report('decode', error);
      }
    }
    const now = performance.now();
    const elapsed = now - this.#readAt;
    this.#readAt = now;
    if (this.#known.read(entries, elapsed)) this.#tell();
  }

  /** The id of who goes, empty for who comes. */
  #onNews(gone: string): void {
    if (gone === '') void this.#read();
    else if (gone !== this.#own?.id && this.#known.remove(gone)) this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
