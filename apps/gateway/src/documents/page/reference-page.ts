import type { JsonSchema } from '@parley/protocol';
import { type Html, html, prose } from './html.js';
import { page } from './layout.js';
import { type Schema, schemaTable } from './schema-table.js';

interface MediaType {
  readonly schema: Schema;
  readonly example?: unknown;
}
interface Parameter {
  readonly $ref?: string;
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema: Schema;
  readonly description?: string;
}
interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, MediaType>> };
  readonly responses: Readonly<
    Record<string, { readonly $ref?: string; readonly content?: Readonly<Record<string, MediaType>> }>
  >;
  readonly 'x-parley-access': string;
}
interface Openapi {
  readonly info: { readonly version: string; readonly description: string };
  readonly tags: readonly { readonly name: string; readonly description?: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly parameters: Readonly<Record<string, Parameter>>;
  };
}
interface Message {
  readonly name: string;
  readonly summary: string;
  readonly examples?: readonly { readonly payload: unknown }[];
}
interface Asyncapi {
  readonly info: { readonly description: string };
  readonly channels: { readonly socket: { readonly address: string } };
  readonly components: {
    readonly messages: Readonly<Record<string, Message>>;
    readonly schemas: Readonly<Record<string, Schema>>;
  };
}

/** What the two documents say, for people. */
export function referencePage(openapiDocument: JsonSchema, asyncapiDocument: JsonSchema): string {
  const openapi = openapiDocument as unknown as Openapi;
  const asyncapi = asyncapiDocument as unknown as Asyncapi;
  const sections = openapi.tags.map(({ name, description }) => tagSection(name, description ?? '', openapi));
  return page(
    'Parley: routes and frames',
    html`<h1>Parley ${openapi.info.version}</h1>
      <p>${prose(openapi.info.description)}</p>
      <p>
        For programs: <a href="/openapi.json">OpenAPI 3.1</a>, <a href="/asyncapi.json">AsyncAPI 3.0</a>.
        <a href="/docs/errors">Errors: cause and cure</a>.
      </p>
      <nav aria-label="Contents">
        <ul>
          ${openapi.tags.map(({ name }) => html`<li><a href="#tag-${name}">${name}</a></li>`)}
          <li><a href="#socket">socket</a></li>
          <li><a href="#schemas">schemas</a></li>
        </ul>
      </nav>
      ${sections} ${socketSection(asyncapi)}
      <h2 id="schemas">Schemas</h2>
      ${Object.entries({ ...asyncapi.components.schemas, ...openapi.components.schemas })
        .filter(([name]) => !/^(?:Client|Server)[A-Z]/.test(name))
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, schema]) => schemaSection(name, schema))}`,
  );
}

function tagSection(tag: string, description: string, openapi: Openapi): Html {
  const operations = Object.entries(openapi.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, operation]) => operation.tags.includes(tag))
      .map(([method, operation]) => operationSection(method, path, operation, openapi)),
  );
  return html`<h2 id="tag-${tag}">${tag}</h2>
    <p>${prose(description)}</p>
    ${operations}`;
}

const accessWords: Readonly<Record<string, string>> = {
  public: 'anybody',
  self: 'who is logged in',
  member: 'members of the conversation',
  admin: 'admins and the owner of the conversation',
  owner: 'the owner of the conversation',
};

function operationSection(method: string, path: string, operation: Operation, openapi: Openapi): Html {
  const parameters = operation.parameters.map((parameter) =>
    parameter.$ref === undefined
      ? parameter
      : (openapi.components.parameters[parameter.$ref.slice(parameter.$ref.lastIndexOf('/') + 1)] ?? parameter),
  );
  const access = operation['x-parley-access'];
  return html`<details id="${operation.operationId}">
    <summary><code>${method.toUpperCase()} ${path}</code> ${operation.summary}</summary>
    <p>For ${accessWords[access] ?? `tokens with the ${access.replace('scope:', 'scope ')}`}.</p>
    ${parameters.length === 0 ? '' : parametersTable(parameters)}
    ${contentSection('Body', operation.requestBody?.content)}
    ${Object.entries(operation.responses)
      .filter(([, { $ref }]) => $ref === undefined)
      .map(([status, { content }]) => contentSection(`Answer ${status}`, content))}
    <p>Errors: ${errorLinks(operation)}</p>
  </details> `;
}

function parametersTable(parameters: readonly Parameter[]): Html {
  const properties = parameters.map(({ name, in: place, schema, description }): [string, Schema] => [
    name,
    { ...schema, description: [description, `(${place})`].filter((part) => part !== undefined).join(' ') },
  ]);
  const required = parameters.filter((parameter) => parameter.required === true).map(({ name }) => name);
  return schemaTable({ properties: Object.fromEntries(properties), required });
}

const contentSection = (title: string, content: Readonly<Record<string, MediaType>> | undefined): Html =>
  html`${Object.entries(content ?? {}).map(
    ([mediaType, { schema, example }]) =>
      html`<h4>${title} (${mediaType})</h4>
        ${schemaTable(schema)}
        <pre>${typeof example === 'string' ? example : JSON.stringify(example, null, 2)}</pre> `,
  )}`;

/** Problem responses are named by the codes in them. */
function errorLinks({ responses }: Operation): Html {
  const codes = Object.values(responses).flatMap(({ $ref }) =>
    $ref === undefined
      ? []
      : $ref
          .slice($ref.lastIndexOf('/') + 1)
          .split('.')
          .slice(1),
  );
  return html`${codes.map((code) => html`<a href="/docs/errors#${code}"><code>${code}</code></a> `)}`;
}

function socketSection(asyncapi: Asyncapi): Html {
  const frames = (side: string): readonly Html[] =>
    Object.entries(asyncapi.components.messages)
      .filter(([name, { examples }]) => name.startsWith(side) && examples !== undefined)
      .map(([name, { name: type, summary, examples }]) => {
        const schema = asyncapi.components.schemas[name.charAt(0).toUpperCase() + name.slice(1)] ?? {};
        return html`<details id="${name}">
          <summary><code>${type}</code> ${summary}</summary>
          ${schemaTable(schema)}
          ${(examples ?? []).map(({ payload }) => html`<pre>${JSON.stringify(payload, null, 2)}</pre>`)}
        </details> `;
      });
  return html`<h2 id="socket">socket</h2>
    <p>
      <code>${asyncapi.channels.socket.address}</code>. ${prose(asyncapi.info.description)}
      <a href="/docs/errors#close-codes">Close codes</a>.
    </p>
    <h3>From the client</h3>
    ${frames('client')}
    <h3>From the server</h3>
    ${frames('server')}`;
}

const schemaSection = (name: string, schema: Schema): Html =>
  html`<section id="schema-${name}">
    <h3>${name}</h3>
    <p>${prose(schema.description ?? '')}</p>
    ${schemaTable(schema)}
  </section> `;
