import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

export interface RateLimitOptions {
  /** Requests allowed in each window. */
  readonly quota: number;
  readonly windowSeconds: number;
}

/** What a request is told (draft-ietf-httpapi-ratelimit-headers). */
export interface RateLimitState {
  readonly allowed: boolean;
  readonly quota: number;
  readonly windowSeconds: number;
  readonly remaining: number;
  /** Milliseconds until the window ends. */
  readonly resetMs: number;
}

export interface RateLimiter {
  /** Takes `cost` from the key's quota. */
  take(key: string, cost?: number): Promise<RateLimitState>;
}

/** Counts in this process. */
export function createRateLimiter(options: RateLimitOptions): RateLimiter {
  const { quota, windowSeconds } = options;
  return rateLimiterOver(new RateLimiterMemory({ points: quota, duration: windowSeconds }), options);
}

/** By a limiter of the library, wherever that counts. */
export function rateLimiterOver(
  limiter: Pick<RateLimiterAbstract, 'consume'>,
  { quota, windowSeconds }: RateLimitOptions,
): RateLimiter {
  const state = (allowed: boolean, result: RateLimiterRes): RateLimitState => ({
    allowed,
    quota,
    windowSeconds,
    remaining: Math.max(0, result.remainingPoints),
    resetMs: Math.max(0, result.msBeforeNext),
  });
  return {
    async take(key, cost = 1) {
      try {
        return state(true, await limiter.consume(key, cost));
      } catch (error) {
        if (error instanceof RateLimiterRes) return state(false, error);
        throw error;
      }
    },
  };
}

export interface RateLimits {
  /** Every request of a logged-in person. */
  readonly user: RateLimiter;
  /** Every request of an address. */
  readonly address: RateLimiter;
  /** Log-in, registration and refresh of an address. */
  readonly credentials: RateLimiter;
}

export function rateLimitHeaders(state: RateLimitState): Record<string, string> {
  const seconds = Math.ceil(state.resetMs / 1000);
  return {
    'RateLimit-Policy': `"default";q=${state.quota};w=${state.windowSeconds}`,
    RateLimit: `"default";r=${state.remaining};t=${seconds}`,
    ...(state.allowed ? {} : { 'Retry-After': String(Math.max(1, seconds)) }),
  };
}
