import { type Html, html, prose } from './html.js';

/** The part of JSON Schema that the documents use. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema | readonly Schema[];
  readonly prefixItems?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly pattern?: string;
  readonly default?: unknown;
  readonly description?: string;
}

const nameOf = (reference: string): string => reference.slice(reference.lastIndexOf('/') + 1);

/** A schema in a few words, named ones as links to their place on the page. */
function schemaPhrase(schema: Schema): Html {
  if (schema.$ref !== undefined) return html`<a href="#schema-${nameOf(schema.$ref)}">${nameOf(schema.$ref)}</a>`;
  if (schema.const !== undefined) return html`<code>${JSON.stringify(schema.const)}</code>`;
  if (schema.enum !== undefined) return joined(schema.enum.map((value) => html`<code>${JSON.stringify(value)}</code>`));
  const alternatives = schema.oneOf ?? schema.anyOf ?? schema.allOf;
  if (alternatives !== undefined) return joined(alternatives.map(schemaPhrase));
  if (schema.type === 'array') return arrayPhrase(schema);
  const type = Array.isArray(schema.type) ? schema.type.join(' or ') : String(schema.type ?? 'anything');
  return html`${type}${limits(schema)}`;
}

function arrayPhrase(schema: Schema): Html {
  const items = schema.prefixItems ?? schema.items;
  if (Array.isArray(items)) return html`[${joined((items as readonly Schema[]).map(schemaPhrase), ', ')}]`;
  const most = schema.maxItems === undefined ? '' : ` (at most ${schema.maxItems})`;
  return html`list of ${items === undefined ? 'anything' : schemaPhrase(items as Schema)}${most}`;
}

const range = (unit: string, low: number | undefined, high: number | undefined): string =>
  low === undefined && high === undefined ? '' : `, ${low ?? '…'} to ${high ?? '…'}${unit}`;

function limits({ minimum, maximum, minLength, maxLength, pattern, default: fallback }: Schema): string {
  return [
    range('', minimum, maximum),
    range(' characters', minLength, maxLength),
    pattern === undefined ? '' : `, like ${pattern}`,
    fallback === undefined ? '' : `, ${JSON.stringify(fallback)} unless said`,
  ].join('');
}

const joined = (parts: readonly Html[], by = ' | '): Html =>
  html`${parts.map((part, index) => (index === 0 ? part : html`${by}${part}`))}`;

/** The fields of an object as a table; anything else as a phrase. */
export function schemaTable(schema: Schema): Html {
  const fields = Object.entries(schema.properties ?? {});
  if (fields.length === 0) {
    const parts = schema.oneOf ?? schema.anyOf;
    if (parts?.some(({ properties }) => properties !== undefined) === true) return html`${parts.map(schemaTable)}`;
    return html`<p>${schemaPhrase(schema)}</p>`;
  }
  const rows = fields.map(
    ([name, field]) =>
      html`<tr>
        <td><code>${name}</code>${schema.required?.includes(name) === true ? '' : ' (optional)'}</td>
        <td>${fieldPhrase(field)}</td>
        <td>${prose(field.description ?? '')}</td>
      </tr> `,
  );
  return html`<div class="wide">
    <table>
      <thead>
        <tr>
          <th scope="col">Field</th>
          <th scope="col">Type</th>
          <th scope="col">Meaning</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div> `;
}

/** An object within an object is told by its fields. */
function fieldPhrase(schema: Schema): Html {
  if (schema.properties === undefined) return schemaPhrase(schema);
  const parts = Object.entries(schema.properties).map(
    ([name, field]) => html`<code>${name}</code>: ${fieldPhrase(field)}`,
  );
  return html`{ ${joined(parts, '; ')} }`;
}
