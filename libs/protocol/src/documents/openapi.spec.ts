import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { errors } from '../errors/index.js';
import { allRoutes } from '../rest/all-routes.js';
import type { Route } from '../rest/route.js';
import type { JsonSchema } from './json-schema.js';
import { openapiPath } from './openapi-operation.js';
import { openapiDocument } from './openapi.js';
import { errorsOf } from './route-errors.js';

interface MediaType {
  readonly schema: JsonSchema;
  readonly example?: unknown;
}
interface Answer {
  readonly $ref?: string;
  readonly content?: Readonly<Record<string, MediaType>>;
}
interface Operation {
  readonly operationId: string;
  readonly parameters: readonly { readonly name?: string; readonly in?: string; readonly required?: boolean }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, MediaType>> };
  readonly responses: Readonly<Record<string, Answer>>;
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>;
    readonly responses: Readonly<Record<string, unknown>>;
    readonly examples: Readonly<Record<string, { readonly value: unknown }>>;
  };
}

const document = openapiDocument(allRoutes, { version: '1.2.3', serverUrl: 'https://chat.example' });
const { paths, components } = document as unknown as Document;
const operations = Object.values(paths).flatMap((path) => Object.values(path));
const operationOf = (route: Route): Operation | undefined =>
  paths[openapiPath(route.path)]?.[route.method.toLowerCase()];

const repeated = (values: readonly string[]): readonly string[] =>
  values.filter((value, index) => values.indexOf(value) !== index);

describe('the OpenAPI document', () => {
  it('is valid OpenAPI 3.1', async () => {
    const validator = new Validator();
    const { errors: mistakes } = await validator.validate(structuredClone(document));
    expect(mistakes).toBeUndefined();
    expect(validator.version).toBe('3.1');
  });

  it('holds every route of the table, and nothing else', () => {
    expect(operations.map(({ operationId }) => operationId).sort()).toEqual(allRoutes.map(({ id }) => id).sort());
  });

  it.each(allRoutes.map((route) => [route.id, route] as const))('%s is told in full', (_id, route) => {
    const operation = operationOf(route);
    expect(operation?.operationId).toBe(route.id);
    const inPath = operation?.parameters.filter((parameter) => parameter.in === 'path') ?? [];
    expect(inPath.map(({ name }) => `:${name}`)).toEqual(route.path.match(/:\w+/g) ?? []);
    expect(inPath.every(({ required }) => required === true)).toBe(true);
    expect(Object.keys(operation?.responses ?? {})).toContain(String(route.status));
    for (const code of errorsOf(route))
      expect(Object.keys(operation?.responses ?? {})).toContain(String(errors[code].status));
    expect(operation?.requestBody === undefined).toBe(route.body === undefined);
    expect(route.summary).toMatch(/^[A-Z]/);
  });

  it('refers only to what it holds', () => {
    const references = JSON.stringify(document).matchAll(/"\$ref":"#\/components\/(\w+)\/([^"]+)"/g);
    const held = components as unknown as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    for (const [, kind = '', name = ''] of references) expect(Object.keys(held[kind] ?? {})).toContain(name);
  });

  it('gives examples that fit their schemas', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema({ $id: 'openapi:', components: { schemas: components.schemas } });
    const mistakes: string[] = [];
    const check = (where: string, { schema, example }: MediaType): void => {
      if (example === undefined) return;
      const valid = ajv.validate(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"openapi:#/')), example);
      if (!valid) mistakes.push(`${where}: ${ajv.errorsText()} in ${JSON.stringify(example)}`);
    };
    for (const { operationId, requestBody, responses } of operations) {
      for (const media of Object.values(requestBody?.content ?? {})) check(`${operationId} request`, media);
      for (const answer of Object.values(responses)) {
        for (const media of Object.values(answer.content ?? {})) check(`${operationId} answer`, media);
      }
    }
    for (const { value } of Object.values(components.examples)) {
      check('a problem', { schema: { $ref: '#/components/schemas/Problem' }, example: value });
    }
    expect(mistakes).toEqual([]);
  });

  it('is a function of the table: made twice, it is the same', () => {
    const again = openapiDocument(allRoutes, { version: '1.2.3', serverUrl: 'https://chat.example' });
    expect(again).toEqual(document);
  });
});

describe('the route table', () => {
  it('names each operation once and serves each path once', () => {
    expect(repeated(allRoutes.map(({ id }) => id))).toEqual([]);
    expect(repeated(allRoutes.map(({ method, path }) => `${method} ${path.replace(/:\w+/g, ':')}`))).toEqual([]);
  });

  it.each(allRoutes.map((route) => [route.id, route] as const))(
    '%s describes every parameter of its path',
    (_id, route) => {
      const inPath = (route.path.match(/:\w+/g) ?? []).map((name) => name.slice(1));
      expect(Object.keys(route.params?.shape ?? {}).sort()).toEqual(inPath.sort());
    },
  );
});
