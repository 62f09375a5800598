import { conversationCommandRoutes } from '@parley/protocol';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { register } from '../kit/people.js';
import { ask } from '../kit/rest.js';
import { startServer, type TestServer } from '../kit/server.js';
import { TestSocket } from '../kit/socket.js';
import { OtlpReceiver } from '../kit/traces/otlp-receiver.js';

let receiver: OtlpReceiver;
let server: TestServer;
beforeEach(async () => {
  receiver = await OtlpReceiver.start();
  server = await startServer({ environment: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint } });
});
afterEach(async () => {
  await server.dispose();
  await receiver.close();
});

const caller = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

it('traces a message from socket to socket, and a request as part of its caller’s trace', async () => {
  const { url, socketUrl } = server;
  const [ann, bob] = [await register(url, 'ann'), await register(url, 'bob')];
  const { conversationId } = await ask(url, conversationCommandRoutes.startConversation, {
    token: ann.token,
    body: { kind: 'direct', memberIds: [bob.userId] },
  });
  const [sender, receiving] = [
    await TestSocket.hello(socketUrl, ann.token),
    await TestSocket.hello(socketUrl, bob.token, { sync: true }),
  ];
  await receiving.until(() => receiving.find('caught_up'));
  const accepted = await sender.request({
    type: 'send',
    conversationId,
    clientMessageId: 'traced',
    content: { type: 'text.v1', text: 'a text that belongs in no trace' },
  });
  expect(accepted).toMatchObject({ type: 'accepted' });
  await receiving.until(() => receiving.frames.find((frame) => frame.type === 'changes' && frame.live));
  await fetch(`${url}/v1/me`, { headers: { Authorization: `Bearer ${ann.token}`, traceparent: caller } });
  // Each process sends its last spans as it ends.
  expect(await server.stop()).toBe(0);

  const { spans } = receiver;
  const frame = spans.find(({ name }) => name === 'frame send');
  const own = spans.filter(({ traceId, links }) => [traceId, ...links].includes(frame?.traceId ?? ''));
  const names = new Set(own.map(({ name }) => name));
  const everywhere = ['frame send', 'command send-message', 'log append', 'apply', 'compose', 'publish', 'push'];
  const cluster = ['relay publish', 'project timeline', 'record', 'apply history', 'hold'];
  const expected = process.env['PARLEY_TEST_PROFILE'] === 'cluster' ? [...everywhere, ...cluster] : everywhere;
  expect([...names]).toEqual(expect.arrayContaining(expected));
  expect(own.find(({ name }) => name === 'command send-message')?.parentSpanId).toBe(frame?.spanId);
  const request = spans.find(({ name }) => name === 'request GET /v1/me');
  expect(request).toMatchObject({ traceId: caller.slice(3, 35), parentSpanId: caller.slice(36, 52) });
  expect(JSON.stringify(spans)).not.toContain('belongs in no trace');
});
