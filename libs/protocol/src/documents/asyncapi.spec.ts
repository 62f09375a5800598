import asyncapiSpecs from '@asyncapi/specs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { closeCodes } from '../close-codes.js';
import { type ClientFrame, clientFrame, clientFrames, type ServerFrame, serverFrame, serverFrames } from '../frames.js';
import { asyncapiDocument } from './asyncapi.js';
import { clientFrameFacts, serverFrameFacts } from './frame-facts.js';

interface Message {
  readonly name: string;
  readonly examples?: readonly { readonly payload: unknown }[];
}

const document = asyncapiDocument({ version: '1.2.3', serverUrl: 'https://chat.example' });
const { components, channels } = document as unknown as {
  readonly components: { readonly messages: Readonly<Record<string, Message>>; readonly schemas: object };
  readonly channels: { readonly socket: { readonly messages: object; readonly 'x-close-codes': readonly unknown[] } };
};
const examplesOf = (side: string): readonly unknown[] =>
  Object.entries(components.messages)
    .filter(([name]) => name.startsWith(side))
    .flatMap(([, { examples }]) => examples ?? [])
    .map(({ payload }) => payload);

const at = (value: unknown, path: string): unknown =>
  path.split('/').reduce<unknown>((part, key) => (part as Record<string, unknown> | undefined)?.[key], value);

describe('the AsyncAPI document', () => {
  it('is valid AsyncAPI 3.0.0', () => {
    // The schema brings the draft-07 metaschema along.
    const ajv = new Ajv({ strict: false, meta: false, validateSchema: false, logger: false, validateFormats: false });
    ajv.validate(asyncapiSpecs.schemas['3.0.0'], document);
    expect(ajv.errors).toBeNull();
  });

  it('holds every frame both ways, with an example that the server would take or send', () => {
    const clientTypes = examplesOf('client').map((frame) => clientFrame.parse(frame).type);
    expect(clientTypes.sort()).toEqual((Object.keys(clientFrames) as ClientFrame['type'][]).sort());
    const serverTypes = examplesOf('server').map((frame) => serverFrame.parse(frame).type);
    expect(serverTypes.sort()).toEqual((Object.keys(serverFrames) as ServerFrame['type'][]).sort());
  });

  it('tells every close code', () => {
    expect(channels.socket['x-close-codes']).toHaveLength(Object.keys(closeCodes).length);
  });

  it('refers only to what it holds', () => {
    const paths = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path = '']) => path);
    expect(paths.length).toBeGreaterThan(100);
    expect(paths.filter((path) => at(document, path) === undefined)).toEqual([]);
  });

  it('lets every frame of the server be an answer or a push', () => {
    const answers = new Set(Object.values(clientFrameFacts).flatMap((facts) => facts.answers));
    const unexplained = (Object.keys(serverFrames) as ServerFrame['type'][]).filter(
      (type) => !serverFrameFacts[type].pushed && !answers.has(type),
    );
    expect(unexplained).toEqual([]);
  });

  it('says wss behind https and ws behind http', () => {
    expect(document['servers']).toMatchObject({ this: { host: 'chat.example', protocol: 'wss' } });
    expect(asyncapiDocument({ version: '1', serverUrl: 'http://127.0.0.1:7400' })['servers']).toMatchObject({
      this: { host: '127.0.0.1:7400', protocol: 'ws' },
    });
  });
});
