/** What people do, each asked once a second while something is broken. */
export const features = [
  'send by socket',
  'send by REST',
  'live push',
  'history',
  'inbox',
  'sync',
  'search',
  'presence',
  'log-in',
  'profile',
] as const;
export type Feature = (typeof features)[number];

/** How one question ended. */
export type Outcome =
  | { readonly kind: 'answered' }
  /** Told to come again: 503 with Retry-After, or a frame that says so. */
  | { readonly kind: 'refused'; readonly code: string }
  /** Anything else: what happened. */
  | { readonly kind: 'failed'; readonly reason: string };

/** One question, with its times as of performance.now(). */
export type Asked = Outcome & {
  readonly feature: Feature;
  readonly at: number;
  /** Until the answer, or until it was given up. */
  readonly ms: number;
};
