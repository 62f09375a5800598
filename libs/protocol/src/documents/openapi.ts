import { type ErrorCode, errors } from '../errors/index.js';
import type { Route } from '../rest/route.js';
import { type JsonSchema, SchemaCollector } from './json-schema.js';
import { requestHeaders, responseHeaders } from './openapi-headers.js';
import { openapiPath, operationOf, problemResponses } from './openapi-operation.js';
import { nameSchemas } from './schema-names.js';

export interface DocumentOptions {
  /** Of the product. */
  readonly version: string;
  /** Where clients reach it: `https://chat.example`, no slash at the end. */
  readonly serverUrl: string;
}

const tags: Readonly<Record<string, string>> = {
  accounts: 'Registering, logging in, access and refresh tokens, devices.',
  people: 'Yourself and other people: profiles, blocks, presence.',
  conversations: 'Direct conversations, groups and channels.',
  members: 'Who is in a conversation, in which role, and how others come in.',
  messages: 'Sending, changing and reading messages.',
  receipts: 'How far messages were delivered and read.',
  sync: 'What changed since a cursor, for clients without a socket.',
  search: 'Finding messages.',
  events: 'The event log, for analysts.',
  devices: 'Your logged-in devices, and logging them out.',
  documents: 'What this server says about itself.',
  operations: 'Health, metrics and projections.',
};

/** The OpenAPI 3.1 document of the given routes: complete, and a function of the route table alone. */
export function openapiDocument(routes: readonly Route[], { version, serverUrl }: DocumentOptions): JsonSchema {
  nameSchemas();
  const schemas = new SchemaCollector('draft-2020-12');
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const route of routes) {
    (paths[openapiPath(route.path)] ??= {})[route.method.toLowerCase()] = operationOf(route, schemas);
  }
  const responses = problemResponses(routes, schemas);
  return {
    openapi: '3.1.1',
    info: {
      title: 'Parley',
      version,
      summary: 'Messaging: accepted means durable, one order, nothing lost or doubled.',
      description:
        'Times are RFC 3339 UTC, log positions decimal strings (64 bit), sequences numbers. Failures are problem documents (RFC 9457) with a stable `code`; cause and cure of each stand at /docs/errors. Live traffic goes over the socket: see /asyncapi.json.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: serverUrl }],
    tags: [...new Set(routes.map((route) => route.tag))].map((name) => ({
      name,
      ...(tags[name] === undefined ? {} : { description: tags[name] }),
    })),
    paths,
    components: {
      schemas: schemas.components(),
      responses,
      headers: responseHeaders,
      parameters: requestHeaders,
      examples: problemExamples(),
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'An access token of this server, or of the external issuer it trusts. Never in a URL.',
        },
      },
    },
    externalDocs: { url: '/docs', description: 'This document as a page to read' },
  };
}

const problemExamples = (): JsonSchema =>
  Object.fromEntries(
    (Object.keys(errors) as ErrorCode[]).map((code) => [
      code,
      {
        summary: errors[code].title,
        value: {
          type: `/docs/errors#${code}`,
          title: errors[code].title,
          status: errors[code].status,
          code,
          retryable: errors[code].retryable,
          traceId: 'req_0Q8Yx3bK5qW9aB1w',
        },
      },
    ]),
  );
