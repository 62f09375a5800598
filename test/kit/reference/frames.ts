import {
  asyncapiDocument,
  type ClientFrame,
  clientFrameFacts,
  clientFrames,
  maxFramesPerMessage,
  type ServerFrame,
  serverFrameFacts,
  serverFrames,
  socketPath,
  subprotocol,
} from '@parley/protocol';
import { code, pageOf, table } from './markdown.js';

interface Message {
  readonly name: string;
  readonly examples?: readonly { readonly payload: unknown }[];
}

/** Every frame both ways with an example. */
export function framesReference(): Promise<string> {
  const { components } = asyncapiDocument({ version: '', serverUrl: 'http://localhost' }) as unknown as {
    readonly components: { readonly messages: Readonly<Record<string, Message>> };
  };
  const example = (side: string, type: string): string => {
    const message = Object.entries(components.messages).find(
      ([key, { name }]) => key.startsWith(side) && name === type,
    );
    return code(JSON.stringify(message?.[1].examples?.[0]?.payload));
  };
  const fromClient = (Object.keys(clientFrames) as ClientFrame['type'][]).map((type) => {
    const { summary, answers } = clientFrameFacts[type];
    return [code(type), summary, answers.map(code).join(' '), example('client', type)];
  });
  const fromServer = (Object.keys(serverFrames) as ServerFrame['type'][]).map((type) => {
    const { summary, pushed } = serverFrameFacts[type];
    return [code(type), summary, pushed ? 'yes' : 'no', example('server', type)];
  });
  return pageOf(
    'Frames of the socket',
    `The socket is at ${code(socketPath)}, subprotocol ${code(subprotocol)}. A WebSocket message is one frame or an array of at most ${maxFramesPerMessage}, both ways. \`ref\` is a number of your choice; the answer carries it again, and \`error\` may always be the answer. The server describes every field at \`/docs\` (to read) and \`/asyncapi.json\` (AsyncAPI 3.0); [errors and close codes](errors.md) have their own page.`,
    '## From the client',
    table(['Frame', 'What it does', 'Answered by', 'Example'], fromClient),
    '## From the server',
    table(['Frame', 'What it says', 'Comes unasked', 'Example'], fromServer),
  );
}
