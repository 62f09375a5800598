import { z } from 'zod';
import { type ErrorCode, errors } from '../errors/index.js';
import type { Route } from '../rest/route.js';
import { exampleOf } from './examples.js';
import type { JsonSchema, SchemaCollector } from './json-schema.js';
import { headersOf, type ResponseHeader } from './openapi-headers.js';
import { problemSchema } from './problem-schema.js';
import { errorsOf, isLimited, isRead, needsToken } from './route-errors.js';

/** `/v1/a/:id` in OpenAPI's way: `/v1/a/{id}`. */
export const openapiPath = (path: string): string => path.replace(/:(\w+)/g, '{$1}');

/** One operation, without its method and path. */
export function operationOf(route: Route, schemas: SchemaCollector): JsonSchema {
  return {
    operationId: route.id,
    summary: route.summary,
    tags: [route.tag],
    security: securityOf(route),
    parameters: parametersOf(route, schemas),
    ...(route.body === undefined ? {} : { requestBody: requestBodyOf(route.body, schemas) }),
    responses: {
      ...successOf(route, schemas),
      ...problemsOf(route),
    },
    'x-parley-access': route.access,
  };
}

function securityOf({ access }: Route): readonly JsonSchema[] {
  if (access === 'public') return [];
  return [{ bearer: access.startsWith('scope:') ? [access.slice('scope:'.length)] : [] }];
}

function parametersOf(route: Route, schemas: SchemaCollector): readonly JsonSchema[] {
  return [
    ...parametersIn('path', route.params, schemas),
    ...parametersIn('query', route.query, schemas),
    ...(isRead(route) ? [{ $ref: '#/components/parameters/MinPosition' }] : []),
    ...(route.otherMediaTypes?.includes('text/event-stream') === true
      ? [{ $ref: '#/components/parameters/LastEventId' }]
      : []),
    ...(route.idempotent === true ? [{ $ref: '#/components/parameters/IdempotencyKey' }] : []),
  ];
}

function parametersIn(
  place: 'path' | 'query',
  fields: z.ZodObject | undefined,
  schemas: SchemaCollector,
): readonly JsonSchema[] {
  return Object.entries<z.ZodType>(fields?.shape ?? {}).map(([name, field]) => {
    const { description, ...schema } = parameterSchema(field, schemas);
    return {
      name,
      in: place,
      required: place === 'path' || !field.safeParse(undefined).success,
      ...(description === undefined ? {} : { description }),
      ...(schema['type'] === 'array' ? { style: 'form', explode: false } : {}),
      schema,
    };
  });
}

/** In a URL everything is text: told is what it is read as, where zod can tell that. */
function parameterSchema(field: z.ZodType, schemas: SchemaCollector): JsonSchema {
  try {
    return schemas.response(field);
  } catch {
    return schemas.request(field);
  }
}

const requestBodyOf = (body: z.ZodType, schemas: SchemaCollector): JsonSchema => ({
  required: !body.safeParse({}).success,
  content: { 'application/json': exemplified(schemas.request(body), schemas) },
});

const exemplified = (schema: JsonSchema, schemas: SchemaCollector): JsonSchema => ({
  schema,
  example: exampleOf(schema, schemas.components()),
});

/** Where a write ended, or up to where a read saw. */
const tellsPosition = (route: Route): boolean =>
  route.tag !== 'accounts' && ['command-api', 'gateway'].includes(route.app) && needsToken(route);

function successOf(route: Route, schemas: SchemaCollector): JsonSchema {
  const paged = Object.hasOwn(route.query?.shape ?? {}, 'cursor');
  const headers: ResponseHeader[] = [
    ...(isLimited(route) ? (['RateLimit', 'RateLimit-Policy'] as const) : []),
    ...(tellsPosition(route) ? (['Parley-Position'] as const) : []),
    ...(paged ? (['Link'] as const) : []),
  ];
  const answer = (description: string, schema: z.ZodType | undefined): JsonSchema => ({
    description,
    headers: headersOf(headers),
    ...(schema === undefined ? {} : { content: contentOf(route, schema, schemas) }),
  });
  return Object.fromEntries([
    [String(route.status), answer(route.summary, route.response)],
    ...Object.entries(route.otherResponses ?? {}).map(([status, schema]) => [status, answer(route.summary, schema)]),
  ]) as JsonSchema;
}

/** Media types that are no JSON value are text to OpenAPI 3.1; what a line of them holds is told by the first. */
function contentOf(route: Route, schema: z.ZodType, schemas: SchemaCollector): JsonSchema {
  return Object.fromEntries([
    [route.mediaType ?? 'application/json', exemplified(schemas.response(schema), schemas)],
    ...(route.otherMediaTypes ?? []).map((mediaType) => [mediaType, { schema: { type: 'string' } }]),
  ]) as JsonSchema;
}

function problemsOf(route: Route): JsonSchema {
  return Object.fromEntries(
    problemGroups(route).map(({ status, name }) => [String(status), { $ref: `#/components/responses/${name}` }]),
  );
}

interface ProblemGroup {
  readonly status: number;
  readonly codes: readonly ErrorCode[];
  /** Says it all, so that routes with the same refusals share one component. */
  readonly name: string;
}

function problemGroups(route: Route): readonly ProblemGroup[] {
  const taken = Object.keys(route.otherResponses ?? {}).map(Number);
  return [...Map.groupBy(errorsOf(route), (code) => errors[code].status)]
    .filter(([status]) => !taken.includes(status))
    .sort(([a], [b]) => a - b)
    .map(([status, codes]) => ({ status, codes, name: [status, ...codes].join('.') }));
}

/** The problem responses of the given routes, by the name under which their operations refer to them. */
export const problemResponses = (routes: readonly Route[], schemas: SchemaCollector): JsonSchema =>
  Object.fromEntries(
    routes.flatMap(problemGroups).map(({ status, codes, name }) => [name, problemResponse(status, codes, schemas)]),
  );

function problemResponse(status: number, codes: readonly ErrorCode[], schemas: SchemaCollector): JsonSchema {
  const headers: ResponseHeader[] = [
    ...(status === 429 || status === 503 ? (['Retry-After'] as const) : []),
    ...(status === 401 ? (['WWW-Authenticate'] as const) : []),
  ];
  return {
    description: codes.map((code) => `\`${code}\`: ${errors[code].cause}`).join('\n\n'),
    ...(headers.length === 0 ? {} : { headers: headersOf(headers) }),
    content: {
      'application/problem+json': {
        schema: {
          allOf: [schemas.response(problemSchema), { type: 'object', properties: { code: { enum: [...codes] } } }],
        },
        examples: Object.fromEntries(codes.map((code) => [code, { $ref: `#/components/examples/${code}` }])),
      },
    },
  };
}
