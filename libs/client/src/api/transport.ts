import type { Environment, FetchResponse } from '../environment.js';
import { ParleyClientError } from '../errors.js';
import { backoffMs } from '../live/backoff.js';
import { comparePositions, noPosition } from '../position.js';

/** Where access tokens come from. */
export interface TokenSource {
  /**
   * A token that is good for a while. `refresh`: the last one was refused as expired.
   *
   * @throws ParleyClientError `not_logged_in`, or why it could not be refreshed.
   */
  token(refresh: boolean): Promise<string>;
}

export interface TransportOptions {
  /** Where writes go, without a path: `https://chat.example.org`. */
  readonly commandUrl: string;
  /** Where reads go; the same in most installations. */
  readonly queryUrl: string;
  /** A request without an answer in this time has failed. Default 15,000. */
  readonly timeoutMs: number;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
type Query = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

export interface RestRequest {
  /** For the side that writes. */
  readonly command: boolean;
  readonly query?: Query;
  readonly body?: unknown;
  /** Sent without a token, as logging in is. */
  readonly anonymous?: boolean;
  /** A POST that may be repeated, because what is in it names it. */
  readonly repeatable?: boolean;
  /** Makes a POST safe to repeat: the server does it once. */
  readonly idempotencyKey?: string;
}

/** Attempts of a request that may be repeated. */
const maxAttempts = 3;
/** Whoever is asked to wait longer than this is told so instead. */
const longestWaitMs = 5000;

/**
 * REST: adds the token, turns problem documents into errors, repeats what is safe to repeat, and reads one's own writes
 * (every read asks for at least the position of the last write made here).
 */
export class Transport {
  readonly #environment: Environment;
  readonly #options: TransportOptions;
  readonly #tokens: TokenSource;
  #position = noPosition;

  constructor(environment: Environment, options: TransportOptions, tokens: TokenSource) {
    this.#environment = environment;
    this.#options = options;
    this.#tokens = tokens;
  }

  /** Reads from here on see at least this: `position` of something that was written over the socket. */
  notePosition(position: string): void {
    if (comparePositions(position, this.#position) > 0) this.#position = position;
  }

  /** Resolves with the JSON of a successful answer; undefined when it has no body. */
  async request(method: Method, path: string, request: RestRequest): Promise<unknown> {
    const repeatable = method !== 'POST' || request.repeatable === true || request.idempotencyKey !== undefined;
    let refresh = false;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#once(method, path, request, refresh);
      } catch (error) {
        if (!(error instanceof ParleyClientError) || attempt >= maxAttempts) throw error;
        if (error.code === 'token_expired' && request.anonymous !== true && !refresh) {
          refresh = true;
          continue;
        }
        const jitter = backoffMs(attempt, this.#environment.random(), { baseMs: 100, capMs: longestWaitMs });
        const wait = (error.retryAfterMs ?? 0) + jitter;
        if (!error.retryable || !repeatable || wait > longestWaitMs) throw error;
        await new Promise<void>((done) => void this.#environment.setTimer(done, wait));
      }
    }
  }

  async #once(method: Method, path: string, request: RestRequest, refresh: boolean): Promise<unknown> {
    const { commandUrl, queryUrl, timeoutMs } = this.#options;
    const headers: Record<string, string> = { Accept: 'application/json, application/problem+json' };
    if (request.anonymous !== true) headers['Authorization'] = `Bearer ${await this.#tokens.token(refresh)}`;
    if (request.body !== undefined) headers['Content-Type'] = 'application/json';
    if (request.idempotencyKey !== undefined) headers['Idempotency-Key'] = JSON.stringify(request.idempotencyKey);
    if (!request.command && this.#position !== noPosition) headers['Parley-Min-Position'] = this.#position;
    const url = (request.command ? commandUrl : queryUrl) + path + queryOf(request.query);
    const body = request.body === undefined ? {} : { body: JSON.stringify(request.body) };
    const abort = new AbortController();
    const timer = this.#environment.setTimer(() => abort.abort(), timeoutMs);
    try {
      const response = await this.#environment.fetch(url, { method, headers, signal: abort.signal, ...body });
      return this.#read(response, await response.text());
    } catch (cause) {
      if (cause instanceof ParleyClientError) throw cause;
      const code = abort.signal.aborted ? 'timeout' : 'connection_lost';
      throw new ParleyClientError(code, `${method} ${path}: no answer`, { retryable: true, cause });
    } finally {
      timer.cancel();
    }
  }

  #read(response: FetchResponse, text: string): unknown {
    const { status, headers } = response;
    const json = text === '' ? undefined : parsed(text);
    if (status >= 200 && status < 300) {
      if (json === notJson) throw new ParleyClientError('bad_response', `Status ${status} without JSON`, { status });
      const position = headers.get('Parley-Position');
      if (position !== null) this.notePosition(position);
      return json;
    }
    throw problemOf(status, json, retryAfter(headers.get('Retry-After')));
  }
}

const notJson = Symbol('not JSON');

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return notJson;
  }
}

interface Problem {
  readonly code: ParleyClientError['code'];
  readonly title?: string;
  readonly detail?: string;
  readonly retryable?: boolean;
  readonly traceId?: string;
  readonly errors?: readonly { readonly pointer: string; readonly message: string }[];
}

function problemOf(status: number, json: unknown, retryAfterMs: number | undefined): ParleyClientError {
  if (typeof json !== 'object' || json === null || !('code' in json) || typeof json.code !== 'string') {
    // Somebody in between answered: a proxy, or another server.
    const retryable = status === 429 || status >= 500;
    return new ParleyClientError('bad_response', `Status ${status}`, { status, retryable, retryAfterMs });
  }
  const { code, title, detail, retryable = false, traceId, errors } = json as Problem;
  return new ParleyClientError(code, detail ?? title ?? code, { status, retryable, retryAfterMs, traceId, errors });
}

/** `Retry-After` in seconds, as this server writes it. */
function retryAfter(header: string | null): number | undefined {
  const seconds = Number(header ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds * 1000 : undefined;
}

function queryOf(query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    // Several values of one parameter go with commas.
    parameters.append(name, Array.isArray(value) ? value.join(',') : String(value));
  }
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}
