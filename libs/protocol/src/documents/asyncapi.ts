import { closeCodes } from '../close-codes.js';
import { errors } from '../errors/index.js';
import {
  type ClientFrame,
  clientFrame,
  clientFrames,
  maxFramesPerMessage,
  type ServerFrame,
  serverFrame,
  serverFrames,
  subprotocol,
} from '../frames.js';
import { exampleOf } from './examples.js';
import { clientFrameFacts, serverFrameFacts } from './frame-facts.js';
import { type JsonSchema, SchemaCollector } from './json-schema.js';
import type { DocumentOptions } from './openapi.js';
import { nameSchemas, pascalCase } from './schema-names.js';

/** Where the socket is served. */
export const socketPath = '/v1/socket';

const clientTypes = Object.keys(clientFrames) as ClientFrame['type'][];
const serverTypes = Object.keys(serverFrames) as ServerFrame['type'][];

/** `mark_unread` from the client is the message `clientMarkUnread`. */
const messageName = (side: 'client' | 'server', type: string): string => side + pascalCase(type);

const reference = (path: string): JsonSchema => ({ $ref: `#/${path}` });
const channelMessage = (name: string): JsonSchema => reference(`channels/socket/messages/${name}`);

/** The AsyncAPI 3.0 document of the socket: every frame both ways, what answers what, and the close codes. */
export function asyncapiDocument({ version, serverUrl }: DocumentOptions): JsonSchema {
  nameSchemas();
  const { protocol, host } = new URL(serverUrl.replace(/^http/, 'ws'));
  const schemas = new SchemaCollector('draft-7');
  const messages = {
    ...Object.fromEntries(clientTypes.map((type) => [messageName('client', type), clientMessage(type, schemas)])),
    ...Object.fromEntries(serverTypes.map((type) => [messageName('server', type), serverMessage(type, schemas)])),
    clientBatch: batch('client', schemas.request(clientFrame)),
    serverBatch: batch('server', schemas.response(serverFrame)),
  };
  return {
    asyncapi: '3.0.0',
    info: { title: 'Parley socket', version, description: overview, license: { name: 'MIT' } },
    defaultContentType: 'application/json',
    servers: {
      this: {
        host,
        protocol: protocol.slice(0, -1),
        protocolVersion: '13',
        description: `WebSocket with the subprotocol ${subprotocol}`,
        security: [reference('components/securitySchemes/bearer')],
      },
    },
    channels: {
      socket: {
        address: socketPath,
        title: 'One device of one person',
        description: overview,
        servers: [reference('servers/this')],
        messages: Object.fromEntries(
          Object.keys(messages).map((name) => [name, reference(`components/messages/${name}`)]),
        ),
        bindings: { ws: handshake },
        'x-close-codes': Object.entries(closeCodes).map(([reason, row]) => ({ reason, ...row })),
      },
    },
    operations: operations(),
    components: {
      messages,
      schemas: schemas.components(),
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description:
            'In the Authorization header of the handshake, or as `token` of the hello frame; never in the URL.',
        },
      },
    },
    'x-error-codes': Object.entries(errors).map(([code, { number, title, retryable, cause, cure }]) => ({
      code,
      number,
      title,
      retryable,
      cause,
      cure,
    })),
  };
}

const overview = `A WebSocket message is one frame (a JSON object) or an array of at most ${maxFramesPerMessage} frames, both ways. Requests carry \`ref\`, a number the client chooses; the answer carries it again. The first frame is \`hello\`, unless the token came in the Authorization header. Keep the \`cursor\` of what was applied last and give it in the next \`hello\`: nothing is lost, however long one was away. Close codes 4000 to 4499: reconnect; 4500 to 4999: stop.`;

const handshake: JsonSchema = {
  method: 'GET',
  headers: {
    type: 'object',
    properties: {
      'Sec-WebSocket-Protocol': { type: 'string', const: subprotocol },
      Authorization: { type: 'string', pattern: '^Bearer ' },
    },
  },
  bindingVersion: '0.1.0',
};

const clientMessage = (type: ClientFrame['type'], schemas: SchemaCollector): JsonSchema =>
  message(type, clientFrameFacts[type].summary, schemas.request(clientFrames[type]), schemas);

const serverMessage = (type: ServerFrame['type'], schemas: SchemaCollector): JsonSchema =>
  message(type, serverFrameFacts[type].summary, schemas.response(serverFrames[type]), schemas);

const message = (type: string, summary: string, payload: JsonSchema, schemas: SchemaCollector): JsonSchema => ({
  name: type,
  title: type,
  summary,
  contentType: 'application/json',
  payload,
  examples: [{ payload: exampleOf(payload, schemas.components()) }],
});

const batch = (side: 'client' | 'server', frame: JsonSchema): JsonSchema => ({
  name: `${side}_batch`,
  title: 'Several frames in one WebSocket message',
  summary: 'Each is treated as if it had come alone, in this order',
  contentType: 'application/json',
  payload: { type: 'array', minItems: 1, maxItems: maxFramesPerMessage, items: frame },
});

/** Seen from the server, as AsyncAPI wants it: it receives what clients send. */
function operations(): JsonSchema {
  const received = clientTypes.map((type): [string, JsonSchema] => {
    const { summary, answers } = clientFrameFacts[type];
    const replies = [...answers, 'error'].map((answer) => channelMessage(messageName('server', answer)));
    return [
      messageName('client', type),
      {
        action: 'receive',
        channel: reference('channels/socket'),
        summary,
        messages: [channelMessage(messageName('client', type))],
        reply: { channel: reference('channels/socket'), messages: replies },
      },
    ];
  });
  const pushed = serverTypes
    .filter((type) => serverFrameFacts[type].pushed)
    .map((type): [string, JsonSchema] => [
      messageName('server', type),
      {
        action: 'send',
        channel: reference('channels/socket'),
        summary: serverFrameFacts[type].summary,
        messages: [channelMessage(messageName('server', type))],
      },
    ]);
  return Object.fromEntries([
    ...received,
    ...pushed,
    ...(['client', 'server'] as const).map((side): [string, JsonSchema] => [
      `${side}Batch`,
      {
        action: side === 'client' ? 'receive' : 'send',
        channel: reference('channels/socket'),
        summary: 'Several frames at once',
        messages: [channelMessage(`${side}Batch`)],
      },
    ]),
  ]);
}
