import type { JsonSchema } from './json-schema.js';

/** What stands in examples, by the name of the field, so that one example fits the next. */
const byName: Readonly<Record<string, unknown>> = {
  conversationId: 'cnv_0Q8Zk3vX1mB7wR2t',
  userId: 'usr_0Q8Yt5nC4hJ9sL6p',
  senderId: 'usr_0Q8Yt5nC4hJ9sL6p',
  actorId: 'usr_0Q8Yt5nC4hJ9sL6p',
  deletedBy: 'usr_0Q8Yt5nC4hJ9sL6p',
  userIds: ['usr_0Q8Yt5nC4hJ9sL6p'],
  memberIds: ['usr_0Q8Yt5nC4hJ9sL6p'],
  peerIds: ['usr_0Q8Yt5nC4hJ9sL6p', 'usr_0Q8Yt6pD5iK0tM7q'],
  mentions: ['usr_0Q8Yt5nC4hJ9sL6p'],
  deviceId: 'dev_0Q8Yu1xF8kM2vP9r',
  sessionId: 'ses_0Q8Yv7zH1nQ5yS3u',
  inviteId: 'inv_0Q8Yw2aJ3pT7zU5v',
  messageId: 'msg_6f1d2c3b4a59687700112233445566ff',
  clientMessageId: 'phone-1-0001',
  cursor: 'MTIzNDU.b3BhcXVl',
  nextCursor: null,
  hasMore: false,
  position: '12345',
  asOf: '12345',
  sequence: 42,
  replyTo: 41,
  lastSequence: 42,
  kind: 'group',
  role: 'member',
  upTo: 42,
  before: 42,
  after: 41,
  around: 42,
  ref: 7,
  limit: 50,
  emoji: '👍',
  text: 'See you at eight.',
  title: 'Book club',
  description: 'One book a month',
  username: 'ann',
  displayName: 'Ann',
  deviceName: 'laptop',
  about: null,
  password: 'correct horse battery staple',
  token: 'eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCJ9.e30.c2ln',
  accessToken: 'eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCJ9.e30.c2ln',
  refreshToken: 'cmVmcmVzaC10b2tlbi1vZi1vbmUtZGV2aWNlLW9ubHk',
  time: '2026-11-23T20:00:00.000Z',
  startedAt: '2026-11-23T20:00:00.000Z',
  createdAt: '2026-11-23T20:00:00.000Z',
  editedAt: '2026-11-23T20:01:00.000Z',
  deletedAt: '2026-11-23T20:02:00.000Z',
  expiresAt: '2026-12-23T20:00:00.000Z',
  lastSeen: '2026-11-23T19:59:00.000Z',
  serverTime: '2026-11-23T20:00:00.000Z',
};

/** `id` alone says nothing: of what, by the name of the schema. */
const idOf: Readonly<Record<string, string>> = {
  Message: 'msg_6f1d2c3b4a59687700112233445566ff',
  Conversation: 'cnv_0Q8Zk3vX1mB7wR2t',
  Person: 'usr_0Q8Yt5nC4hJ9sL6p',
};

/** Optional fields that would make the example a rare case. */
const rare: ReadonlySet<string> = new Set([
  'editedAt',
  'deletedAt',
  'deletedBy',
  'forwardedFrom',
  'pinned',
  'repeated',
]);

/** An id says by its prefix what it names: the example must, too. */
const byPattern: readonly (readonly [start: string, value: string])[] = [
  ['^cnv_', 'cnv_0Q8Zk3vX1mB7wR2t'],
  ['^usr_', 'usr_0Q8Yt5nC4hJ9sL6p'],
  ['^dev_', 'dev_0Q8Yu1xF8kM2vP9r'],
  ['^msg_', 'msg_6f1d2c3b4a59687700112233445566ff'],
  ['^inv_', 'inv_0Q8Yw2aJ3pT7zU5v'],
  ['^\\d', '12345'],
];

/** A value that fits the schema, made of familiar names; optional fields are told, alternatives take the first. */
export function exampleOf(schema: JsonSchema, components: Readonly<Record<string, JsonSchema>>, name = ''): unknown {
  const reference = schema['$ref'];
  if (typeof reference === 'string') {
    const component = reference.slice(reference.lastIndexOf('/') + 1);
    const example = exampleOf(components[component] ?? {}, components, name);
    return Object.hasOwn(idOf, component) ? { ...(example as object), id: idOf[component] } : example;
  }
  if ('const' in schema) return schema['const'];
  if ('default' in schema) return schema['default'];
  const known = Object.hasOwn(byName, name) ? byName[name] : undefined;
  if (known !== undefined && fits(known, schema)) return known;
  for (const keyword of ['oneOf', 'anyOf', 'allOf', 'enum'] as const) {
    const [first] = Array.isArray(schema[keyword]) ? (schema[keyword] as JsonSchema[]) : [];
    if (first !== undefined) return keyword === 'enum' ? first : exampleOf(first, components, name);
  }
  return plainExample(schema, components);
}

function plainExample(schema: JsonSchema, components: Readonly<Record<string, JsonSchema>>): unknown {
  switch (schema['type']) {
    case 'object':
      return objectExample(schema, components);
    case 'array':
      return arrayExample(schema, components);
    case 'integer':
    case 'number':
      return Math.max(Number(schema['minimum'] ?? 0), 1);
    case 'boolean':
      return true;
    case 'string':
      return textExample(schema);
    default:
      return null;
  }
}

function objectExample(schema: JsonSchema, components: Readonly<Record<string, JsonSchema>>): JsonSchema {
  const required = (schema['required'] ?? []) as readonly string[];
  return Object.fromEntries(
    Object.entries((schema['properties'] ?? {}) as Record<string, JsonSchema>)
      .filter(([key]) => required.includes(key) || !rare.has(key))
      .map(([key, part]) => [key, exampleOf(part, components, key)]),
  );
}

function arrayExample(schema: JsonSchema, components: Readonly<Record<string, JsonSchema>>): unknown[] {
  const tuple = schema['prefixItems'] ?? schema['items'];
  if (Array.isArray(tuple)) return (tuple as JsonSchema[]).map((part) => exampleOf(part, components));
  return tuple === undefined ? [] : [exampleOf(tuple as JsonSchema, components)];
}

function textExample(schema: JsonSchema): string {
  if (schema['format'] === 'date-time') return '2026-11-23T20:00:00.000Z';
  const pattern = schema['pattern'];
  if (typeof pattern === 'string') return byPattern.find(([start]) => pattern.startsWith(start))?.[1] ?? 'text';
  return 'text'.padEnd(Number(schema['minLength'] ?? 0), '.');
}

function fits(value: unknown, schema: JsonSchema): boolean {
  const alternatives = schema['anyOf'] ?? schema['oneOf'];
  if (Array.isArray(alternatives)) return (alternatives as JsonSchema[]).some((one) => fits(value, one));
  const pattern = schema['pattern'];
  if (typeof pattern === 'string' && typeof value === 'string' && !new RegExp(pattern, 'u').test(value)) return false;
  if (Array.isArray(schema['enum'])) return schema['enum'].includes(value);
  return typeOf(value).includes(String(schema['type']));
}

function typeOf(value: unknown): readonly string[] {
  if (value === null) return ['null'];
  if (Array.isArray(value)) return ['array'];
  return Number.isInteger(value) ? ['integer', 'number'] : [typeof value];
}
