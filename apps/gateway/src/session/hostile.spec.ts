import { closeCodes } from '@parley/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type TestClient, TestGateway } from '../testing/gateway.kit.js';

let gateway: TestGateway;
let client: TestClient;
beforeEach(async () => {
  gateway = await TestGateway.start();
  client = await gateway.login('usr_mallory/dev_1', { sync: false });
});
afterEach(() => gateway.stop());

const closeCode = async (): Promise<number> => (await client.closed).code;
const send = { type: 'send', ref: 1, conversationId: 'cnv_group1', clientMessageId: 'm1' };
const content = { type: 'text.v1', text: 'x' };

describe('what cannot be read at all', () => {
  it.each([
    ['text that is not JSON', '{"type":"ping"'],
    ['nothing', ''],
    ['a lone surrogate as bytes', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
    ['a trailing comma', '[1,]'],
    ['NaN', '{"type":"ping","ref":NaN}'],
  ])('%s is named and the socket closed', async (_what, message) => {
    client.socket.send(message, { binary: false });
    expect(await client.next('error')).toMatchObject({ code: 'malformed_json' });
    expect(await closeCode()).toBe(closeCodes.protocolViolation.code);
  });

  it('closes on bytes that are not UTF-8', async () => {
    client.socket.send(Buffer.from([0x22, 0xff, 0xfe, 0x22]), { binary: false });
    expect(await client.next('error')).toMatchObject({ code: 'malformed_json' });
    expect(await closeCode()).toBe(closeCodes.protocolViolation.code);
  });

  it('closes on a binary message, were it good JSON', async () => {
    client.socket.send(Buffer.from('{"type":"ping"}'), { binary: true });
    expect(await client.next('error')).toMatchObject({ code: 'malformed_json' });
    expect(await closeCode()).toBe(closeCodes.protocolViolation.code);
  });

  it('closes on a message over the limit before it is whole', async () => {
    client.send(`"${'x'.repeat(70_000)}"`);
    expect(await closeCode()).toBe(closeCodes.frameTooLarge.code);
  });

  it('closes on a message over the limit in many fragments', async () => {
    for (let i = 0; i < 20; i++) client.socket.send('x'.repeat(5_000), { fin: false, binary: false });
    expect(await closeCode()).toBe(closeCodes.frameTooLarge.code);
  });

  it('closes on a message in too many fragments', async () => {
    for (let i = 0; i < 1_000; i++) client.socket.send('x', { fin: false, binary: false });
    const { code } = await client.closed;
    expect([1006, 1008, 1009]).toContain(code);
  });
});

describe('what is no frame', () => {
  const wrong: readonly [string, unknown][] = [
    ['a number', 1],
    ['null', null],
    ['a string', '"ping"'],
    ['nested arrays', [[{ type: 'ping' }]]],
    ['an empty array', []],
    ['an array that is too long', Array.from({ length: 257 }, () => ({ type: 'ping' }))],
    ['no type', { ref: 1 }],
    ['a type that is no text', { type: 1 }],
    ['an unknown type', { type: 'drop_tables', ref: 1 }],
    ['a type of Object.prototype', { type: 'constructor', ref: 1 }],
    ['__proto__ as type', '{"type":"__proto__"}'],
    ['an unknown field', { ...send, content, extra: true }],
    ['__proto__ as field', `{"type":"ping","__proto__":{"admin":true}}`],
    ['__proto__ in a send', JSON.stringify({ ...send, content }).replace('"ref"', '"__proto__":{"a":1},"ref"')],
    ['a missing field', send],
    ['a wrong type deep inside', { ...send, content: { ...content, text: ['x'] } }],
    ['an empty text', { ...send, content: { ...content, text: '' } }],
    ['a fractional ref', { ...send, content, ref: 1.5 }],
    ['a negative ref', { ...send, content, ref: -1 }],
    ['a ref beyond all integers', { ...send, content, ref: 2 ** 53 }],
    ['an id of another kind', { ...send, content, conversationId: 'usr_somebody' }],
    ['an id with a line break', { ...send, content, conversationId: 'cnv_group1\n' }],
    ['a clientMessageId with a blank', { ...send, content, clientMessageId: 'a b' }],
    ['a clientMessageId that is too long', { ...send, content, clientMessageId: 'a'.repeat(65) }],
    ['too many mentions', { ...send, content, mentions: Array.from({ length: 51 }, () => 'usr_somebody') }],
    ['a history page that is too large', { type: 'history', ref: 1, conversationId: 'cnv_group1', limit: 201 }],
    ['a list of people that is too long', { type: 'presence_subscribe', ref: 1, userIds: Array(501).fill('usr_aaaa') }],
    ['deep nesting', `{"type":"ping","ref":${'['.repeat(20_000)}${']'.repeat(20_000)}}`],
    ['deep nesting as the message', `${'['.repeat(30_000)}${']'.repeat(30_000)}`],
  ];
  it.each(wrong)('%s is refused and the socket goes on', async (_what, message) => {
    client.send(message);
    expect((await client.next('error'))['code']).toMatch(/^(invalid_request|unknown_frame)$/);
    await client.round();
    expect(gateway.commands).toEqual([]);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  it('carries the number of the request when there is one', async () => {
    client.send({ ...send, ref: 77, content: null });
    expect(await client.next('error')).toMatchObject({ ref: 77, errors: [{ pointer: '/content' }] });
  });

  it('names a field by JSON pointer', async () => {
    client.send({ ...send, content, 'a/b~c': 1 });
    await client.next('error');
    client.send({ ...send, content, conversationId: 7 });
    expect(await client.next('error')).toMatchObject({ errors: [{ pointer: '/conversationId' }] });
  });

  it('cuts a socket that goes on and on', async () => {
    for (let i = 0; i < 200; i++) client.send({ type: 'nonsense', ref: i });
    expect(await closeCode()).toBe(closeCodes.flooding.code);
    expect(client.ofType('error').length).toBeLessThan(60);
  });
});

describe('reads', () => {
  it('are done one after the other, and only so many wait', async () => {
    gateway.world.gate = { pass: () => new Promise(() => undefined) };
    client.send(Array.from({ length: 40 }, (_, ref) => ({ type: 'presence_subscribe', ref, userIds: ['usr_bobby'] })));
    await vi.waitFor(() => expect(client.ofType('error').length + client.ofType('presence').length).toBe(40));
    expect(client.ofType('error').every((frame) => frame['code'] === 'overloaded')).toBe(true);
  });
});

describe('a hello that never comes', () => {
  it('is waited for five seconds', async () => {
    const mute = await gateway.connect();
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 6_000);
    gateway.gateway.sessions.sweep();
    vi.restoreAllMocks();
    expect(await mute.next('error')).toMatchObject({ code: 'hello_expected' });
    expect((await mute.closed).code).toBe(closeCodes.helloTimeout.code);
  });
});
