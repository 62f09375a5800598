import type { DeviceRegistry } from '@parley/ports';
import { script } from '../connection/command-link.js';
import type { RedisConnection } from '../connection/redis-connection.js';

interface Session {
  readonly userId: string;
  readonly deviceId: string;
  readonly sessionId: string;
}

interface Claim extends Session {
  /**
   * Milliseconds since 1970 UTC by the clock of Redis: of two sessions that both claimed while Redis had forgotten them,
   * the later one stays.
   */
  claimedAt: number;
}

// The value of a device's key is `claimed at|session`.

// KEYS: device. ARGV: session, time to live (ms). Answers {time of now (ms), the session it replaced}.
const claimScript = script(`
local time = redis.call('TIME')
local now = string.format('%d', time[1] * 1000 + math.floor(time[2] / 1000))
local _, before = string.match(redis.call('GET', KEYS[1]) or '', '^(%d+)|(.*)$')
redis.call('SET', KEYS[1], now .. '|' .. ARGV[1], 'PX', ARGV[2])
if before and before ~= ARGV[1] then return { now, before } end
return { now }
`);

// KEYS: device. ARGV: claimed at, session, time to live (ms). Answers {whether it stays, the session it replaced}: a
// claim that Redis does not know of, or that is later than the one it knows, is made again.
const renewScript = script(`
local at, session = string.match(redis.call('GET', KEYS[1]) or '', '^(%d+)|(.*)$')
if session and session ~= ARGV[2] and tonumber(at) >= tonumber(ARGV[1]) then return { 0 } end
redis.call('SET', KEYS[1], ARGV[1] .. '|' .. ARGV[2], 'PX', ARGV[3])
if session and session ~= ARGV[2] then return { 1, session } end
return { 1 }
`);

// KEYS: device. ARGV: session.
const releaseScript = script(`
local _, session = string.match(redis.call('GET', KEYS[1]) or '', '^(%d+)|(.*)$')
if session == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
`);

/**
 * Which session speaks for a device. Calls never fail: without Redis, sessions of other gateways are not replaced until
 * a renewal finds out.
 */
export class RedisDeviceRegistry implements DeviceRegistry {
  /** Of this process, by session id. */
  readonly #claims = new Map<string, Claim>();
  readonly #listeners = new Set<(session: Session) => void>();
  readonly #channel: string;
  readonly #unsubscribe: () => void;
  /** From the monotonic clock of this process to that of Redis, ms. Until it has answered: to the clock here. */
  #toRedisTime = performance.timeOrigin;

  constructor(private readonly connection: RedisConnection) {
    this.#channel = connection.name('replaced');
    this.#unsubscribe = connection.channels.subscribe(this.#channel, (sessionId) => this.#replaced(sessionId));
  }

  async claim(userId: string, deviceId: string, sessionId: string, ttlMs: number): Promise<void> {
    const at = performance.now();
    const claim: Claim = { userId, deviceId, sessionId, claimedAt: Math.round(at + this.#toRedisTime) };
    this.#claims.set(sessionId, claim);
    const answer = await this.#run('claim', claimScript, claim, [sessionId, ttlMs]);
    if (!Array.isArray(answer)) return;
    const [claimedAt, before] = answer as readonly unknown[];
    claim.claimedAt = Number(claimedAt);
    this.#toRedisTime = claim.claimedAt - at;
    if (typeof before === 'string') await this.#tellReplaced(before);
  }

  async renew(userId: string, deviceId: string, sessionId: string, ttlMs: number): Promise<void> {
    const claim = this.#claims.get(sessionId);
    if (claim === undefined) return;
    const answer = await this.#run('renew', renewScript, claim, [claim.claimedAt, sessionId, ttlMs]);
    if (!Array.isArray(answer)) return;
    const [stays, before] = answer as readonly unknown[];
    if (stays === 0) this.#replaced(sessionId);
    else if (typeof before === 'string') await this.#tellReplaced(before);
  }

  async release(userId: string, deviceId: string, sessionId: string): Promise<void> {
    const claim = this.#claims.get(sessionId) ?? { userId, deviceId, sessionId, claimedAt: 0 };
    this.#claims.delete(sessionId);
    await this.#run('release', releaseScript, claim, [sessionId]);
  }

  onReplaced(listener: (session: Session) => void): () => void {
    const own = (session: Session): void => listener(session);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  close(): void {
    this.#unsubscribe();
    this.#listeners.clear();
    this.#claims.clear();
  }

  #run(
    operation: string,
    { text, sha }: ReturnType<typeof script>,
    { userId, deviceId }: Session,
    args: readonly (string | number)[],
  ): Promise<unknown> {
    const { commands } = this.connection;
    const key = this.connection.name('device', userId, deviceId);
    return commands.attempt(operation, (client) => commands.evaluate(client, { text, sha }, [key], args));
  }

  async #tellReplaced(sessionId: string): Promise<void> {
    if (this.#claims.has(sessionId)) this.#replaced(sessionId);
    else await this.connection.commands.attempt('replace', (client) => client.publish(this.#channel, sessionId));
  }

  /** Told once; sessions of other processes are none of ours. */
  #replaced(sessionId: string): void {
    const claim = this.#claims.get(sessionId);
    if (claim === undefined) return;
    this.#claims.delete(sessionId);
    const { userId, deviceId } = claim;
    for (const listener of this.#listeners) listener({ userId, deviceId, sessionId });
  }
}
