/** What a message passes through on its way, by the names that traces show. */
export type SpanName =
  | `request ${string}`
  | `frame ${string}`
  | `command ${string}`
  | 'log append'
  | 'relay publish'
  | `project ${string}`
  | 'record'
  | 'apply'
  | `apply ${string}`
  | 'compose'
  | 'publish'
  | 'hold'
  | 'push';

export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer';

export interface SpanOptions {
  /** Default: internal. */
  readonly kind?: SpanKind;
  /** Numbers and names; never texts of messages, never tokens. */
  readonly attributes?: Readonly<Record<string, string | number>>;
  /** When it began, of `now()`; default: now. */
  readonly at?: number;
}

/** A stage that is under way. */
export interface Span {
  /** W3C Trace Context, for whatever this stage causes; says as well when nothing of it is recorded. */
  readonly traceparent: string;
  set(attribute: string, value: string | number): void;
  /** Harmless to call again. `error`: why the stage failed. `at`: of `now()`; default: now. */
  end(error?: unknown, at?: number): void;
}

/** Records who waited for what, across processes. Never fails, never waits; what it cannot send is dropped. */
export interface Tracer {
  /** Milliseconds since 1970 UTC with their fraction, steady within this process. */
  now(): number;
  /** A stage of one thing. Without a parent a trace begins, or not, as the sampler says. */
  begin(name: SpanName, parent: string | undefined, options?: SpanOptions): Span;
  /**
   * A stage that many things pass together: part of the trace of the first of them that is recorded, linked to those of
   * the others. null: none of them is recorded.
   */
  beginBatch(name: SpanName, parents: readonly (string | undefined)[], options?: SpanOptions): Span | null;
}

/**
 * The tracer of this thread; null: tracing is off. Callers write `tracer?.begin(…)`: off, not even the arguments are made.
 */
export let tracer: Tracer | null = null;

/** null: off again. */
export function setTracer(now: Tracer | null): void {
  tracer = now;
}

/** The span ends with the work. Without a span there is nothing but the work. */
export function spanning<T>(span: Span | null | undefined, work: Promise<T>): Promise<T> {
  if (span === null || span === undefined) return work;
  return work.then(
    (value) => {
      span.end();
      return value;
    },
    (error: unknown) => {
      span.end(error ?? 'failed');
      throw error;
    },
  );
}
