import { z } from 'zod';

/** A JSON Schema, as plain data. */
export type JsonSchema = { readonly [keyword: string]: unknown };

type Direction = 'request' | 'response';

/**
 * Turns zod schemas into JSON Schemas and collects the named ones (see schema-names.ts), so that a document holds each
 * of them once, under `#/components/schemas/`.
 */
export class SchemaCollector {
  private readonly named = new Map<string, JsonSchema>();

  constructor(private readonly target: 'draft-2020-12' | 'draft-7') {}

  /** What a client may send. */
  request(schema: z.ZodType): JsonSchema {
    return this.convert(schema, 'request');
  }

  /** What a client gets. Objects stay open: new fields may come, and are no break. */
  response(schema: z.ZodType): JsonSchema {
    return this.convert(schema, 'response');
  }

  /** All named schemas met so far, by name. */
  components(): Record<string, JsonSchema> {
    return Object.fromEntries([...this.named].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** @throws Error when a name stands for two different schemas */
  private convert(schema: z.ZodType, direction: Direction): JsonSchema {
    const converted = z.toJSONSchema(schema, {
      target: this.target,
      io: direction === 'request' ? 'input' : 'output',
      override: ({ zodSchema, jsonSchema }) => {
        withoutNoise(jsonSchema);
        if (zodSchema instanceof z.ZodObject && zodSchema.def.catchall === undefined) {
          delete jsonSchema.additionalProperties;
        }
      },
    }) as JsonSchema;
    const { $schema: _version, $defs, definitions, ...root } = pointingToComponents(converted) as JsonSchema;
    const found = ($defs ?? definitions ?? {}) as Record<string, JsonSchema>;
    for (const [name, definition] of Object.entries(found)) this.keep(name, definition);
    return root;
  }

  private keep(name: string, { $id: _id, id: _oldId, ...definition }: JsonSchema): void {
    const before = this.named.get(name);
    if (before !== undefined && JSON.stringify(before) !== JSON.stringify(definition)) {
      throw new Error(`the schema name ${name} stands for two different schemas`);
    }
    this.named.set(name, definition);
  }
}

/**
 * zod bounds every integer by what a double holds, true of every JSON number, and spells formats out as patterns of a
 * whole line.
 */
function withoutNoise(schema: { minimum?: unknown; maximum?: unknown; format?: unknown; pattern?: unknown }): void {
  if (schema.format === 'date-time') delete schema.pattern;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
}

const localReference = /^#\/(?:\$defs|definitions)\//;

function pointingToComponents(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pointingToComponents);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [
      key,
      key === '$ref' && typeof part === 'string'
        ? part.replace(localReference, '#/components/schemas/')
        : pointingToComponents(part),
    ]),
  );
}
