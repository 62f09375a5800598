import type { JsonSchema } from './json-schema.js';

const position: JsonSchema = { type: 'string', pattern: '^\\d{1,16}$' };

/** Headers of answers, as components. */
export const responseHeaders = {
  'Parley-Position': {
    description:
      'Position of what was written, or up to which was read. Read with `Parley-Min-Position` of it to read your own write.',
    schema: position,
    example: '12345',
  },
  Link: {
    description: 'The next page (RFC 8288, `rel="next"`), when there is one.',
    schema: { type: 'string' },
    example: '</v1/search?q=book&cursor=MTIzNDU.b3BhcXVl>; rel="next"',
  },
  RateLimit: {
    description: 'Requests left, and seconds until the window ends.',
    schema: { type: 'string' },
    example: '"default";r=1199;t=60',
  },
  'RateLimit-Policy': {
    description: 'Requests allowed in each window of so many seconds.',
    schema: { type: 'string' },
    example: '"default";q=1200;w=60',
  },
  'Retry-After': {
    description: 'Seconds to wait before the same request.',
    schema: { type: 'integer', minimum: 1 },
    example: 2,
  },
  'WWW-Authenticate': { description: 'How to log in.', schema: { type: 'string' }, example: 'Bearer' },
} as const;

export type ResponseHeader = keyof typeof responseHeaders;

/** Headers that requests may carry, as components. */
export const requestHeaders = {
  MinPosition: {
    name: 'Parley-Min-Position',
    in: 'header',
    required: false,
    description:
      'Answer only once everything up to this position can be read; 503 `not_yet_projected` if that takes long.',
    schema: position,
  },
  LastEventId: {
    name: 'Last-Event-ID',
    in: 'header',
    required: false,
    description: 'With server-sent events: goes on after this position, as browsers do by themselves.',
    schema: position,
  },
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description:
      'A quoted string of 1 to 64 visible characters, unique per person and request: repeating the request does nothing twice.',
    schema: { type: 'string', minLength: 1, maxLength: 66 },
    example: '"phone-1-0001"',
  },
} as const;

/** References to header components, as a `headers` object; undefined when there are none. */
export const headersOf = (names: readonly ResponseHeader[]): JsonSchema =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
