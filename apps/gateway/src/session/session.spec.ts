import { closeCodes, errors, serverFrame } from '@parley/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Frame, TestGateway } from '../testing/gateway.kit.js';

const ann = 'usr_anna1';
const bob = 'usr_bobb1';
const group = 'cnv_group1';

let gateway: TestGateway;
const startWith = async (...parameters: Parameters<typeof TestGateway.start>): Promise<void> => {
  gateway = await TestGateway.start(...parameters);
  for (const userId of [ann, bob]) gateway.world.append({ type: 'join', conversationId: group, userId });
  gateway.deliver();
};

beforeEach(() => startWith());
afterEach(() => gateway.stop());

const send = (ref: number, text = 'hello'): Frame => ({
  type: 'send',
  ref,
  conversationId: group,
  clientMessageId: `m${ref}`,
  content: { type: 'text.v1', text },
});

const accepted = (sequence: number, position: number) => ({
  conversationId: group,
  messageId: `msg_${sequence}`,
  sequence,
  time: 1_700_000_000_000,
  repeated: false,
  position,
});

describe('logging in', () => {
  it('takes the token in the first frame and tells who one is', async () => {
    const client = await gateway.connect();
    client.send({ type: 'hello', token: `${ann}/dev_phone` });
    const welcome = await client.next('welcome');
    expect(welcome).toMatchObject({ userId: ann, deviceId: 'dev_phone', heartbeatMs: 25_000 });
    expect(serverFrame.safeParse(welcome).success).toBe(true);
    expect(client.socket.protocol).toBe('parley.v1.json');
  });

  it('takes the token in the header, and begins with the newest state when nothing is said', async () => {
    const client = await gateway.connect({ headers: { authorization: `Bearer ${ann}/dev_phone` } });
    await client.next('welcome');
    expect(await client.next('snapshot')).toMatchObject({ more: false });
    await client.next('caught_up');
  });

  it('lets a hello without token follow a token in the header', async () => {
    const cursor = gateway.cursors.encodePosition(10);
    const client = await gateway.connect({ headers: { authorization: `Bearer ${ann}/dev_phone` } });
    client.send({ type: 'hello', cursor });
    await client.next('caught_up');
    expect(client.ofType('snapshot')).toEqual([]);
    expect(client.ofType('changes')).toHaveLength(1);
  });

  it('deals with frames that came behind hello in their order, once the token is checked', async () => {
    const client = await gateway.connect();
    client.send([
      { type: 'hello', token: `${ann}/dev_phone` },
      { type: 'ping', ref: 1 },
      { type: 'ping', ref: 2 },
    ]);
    client.send({ type: 'ping', ref: 3 });
    await vi.waitFor(() => expect(client.ofType('pong').map((frame) => frame['ref'])).toEqual([1, 2, 3]));
    expect(client.frames[0]?.type).toBe('welcome');
  });

  it.each([
    ['a token of somebody else’s making', 'nonsense', 'unauthenticated', closeCodes.unauthenticated.code],
    ['an expired token', 'expired', 'token_expired', closeCodes.tokenExpired.code],
  ])('refuses %s', async (_what, token, code, closeCode) => {
    const client = await gateway.connect();
    client.send({ type: 'hello', token });
    expect(await client.next('error')).toMatchObject({ code, number: errors[code as keyof typeof errors].number });
    expect((await client.closed).code).toBe(closeCode);
  });

  it.each(['ping', 'send', 'sync'])('refuses a %s before hello', async (type) => {
    const client = await gateway.connect();
    client.send({ ...send(1), ...(type === 'send' ? {} : { type }) });
    expect((await client.next('error'))['code']).toMatch(/hello_expected|invalid_request/);
    expect((await client.closed).code).toBe(closeCodes.protocolViolation.code);
    expect(gateway.commands).toEqual([]);
  });

  it('never takes a token from the URL', async () => {
    await expect(gateway.connect({ path: `/v1/socket?token=${ann}/dev_phone` })).rejects.toThrow('400');
    await expect(gateway.connect({ path: `/v1/socket?access_token=x` })).rejects.toThrow('400');
  });

  it('takes browsers of its own origin and of those that the operator names only', async () => {
    await gateway.stop();
    await startWith({ allowedOrigins: ['https://chat.example'] });
    await expect(gateway.connect({ origin: 'https://evil.example' })).rejects.toThrow('403');
    await gateway.connect({ origin: 'https://chat.example' });
    await gateway.connect({ origin: `http://127.0.0.1:${gateway.port}` });
  });

  it('answers any other path with 404', async () => {
    await expect(gateway.connect({ path: '/v1/elsewhere' })).rejects.toThrow('404');
  });

  it('takes a new token on the same socket, of the same device only', async () => {
    const client = await gateway.login(`${ann}/dev_phone/${Date.now() + 60_000}`);
    client.send({ type: 'hello', token: `${ann}/dev_phone/${Date.now() + 120_000}` });
    await client.next('welcome');
    client.send({ type: 'hello', token: `${bob}/dev_phone` });
    expect(await client.next('error')).toMatchObject({ code: 'unauthenticated' });
  });

  it('closes a socket whose token has run out', async () => {
    const client = await gateway.login(`${ann}/dev_phone/${Date.now() + 300}`);
    expect((await client.closed).code).toBe(closeCodes.tokenExpired.code);
  });
});

/** A device whose session the registry is told of. */
const claiming = async () => {
  const client = await gateway.connect();
  client.send({ type: 'hello', token: `${ann}/dev_phone` });
  await vi.waitFor(() => expect(gateway.devices.told).toHaveLength(1));
  return { client, sessionId: gateway.devices.told[0]?.split(' ')[3] ?? '' };
};

describe('one session a device', () => {
  it('ends the old socket when the device connects again, without harm to the new one', async () => {
    const old = await gateway.login(`${ann}/dev_phone`);
    const next = await gateway.login(`${ann}/dev_phone`);
    expect((await old.closed).code).toBe(closeCodes.sessionReplaced.code);
    await next.round();
    const announced = gateway.presence.announced.at(-1)?.connectionId;
    expect(gateway.presence.gone).not.toContain(announced);
    expect(gateway.gateway.sessions.all.size).toBe(1);
  });

  it('ends a session that was replaced at another gateway, and no newer one', async () => {
    const old = await gateway.login(`${ann}/dev_phone`);
    const [claimed] = gateway.devices.told;
    const sessionId = claimed?.split(' ')[3] ?? '';
    expect(claimed).toBe(`claim ${ann} dev_phone ${sessionId}`);
    gateway.devices.replace(ann, 'dev_phone', 'ses_of_yesterday');
    await old.round();
    gateway.devices.replace(ann, 'dev_phone', sessionId);
    expect((await old.closed).code).toBe(closeCodes.sessionReplaced.code);
    await vi.waitFor(() => expect(gateway.devices.told).toContain(`release ${ann} dev_phone ${sessionId}`));
  });

  describe('while the registry takes its time', () => {
    let answer: () => void;
    beforeEach(() => {
      const answers = Promise.withResolvers<void>();
      gateway.devices.answers = answers.promise;
      answer = answers.resolve;
    });
    it('says nothing to a device: it could leave, and come to another gateway earlier', async () => {
      const { client } = await claiming();
      expect(client.frames).toEqual([]);
      answer();
      await client.next('welcome');
    });

    it('ends a session that was replaced elsewhere, or whose device was logged out', async () => {
      const replaced = await claiming();
      gateway.devices.replace(ann, 'dev_phone', replaced.sessionId);
      expect((await replaced.client.closed).code).toBe(closeCodes.sessionReplaced.code);
      gateway.devices.told.length = 0;
      const loggedOut = await claiming();
      gateway.revocations.publish({ userId: ann, deviceIds: ['dev_phone'] });
      expect((await loggedOut.client.closed).code).toBe(closeCodes.loggedOut.code);
      answer();
      await vi.waitFor(() => expect(gateway.devices.told).toContain(`release ${ann} dev_phone ${loggedOut.sessionId}`));
      expect(loggedOut.client.frames.map(({ type }) => type)).not.toContain('welcome');
    });
  });

  it('keeps all devices of a person in step', async () => {
    const phone = await gateway.login(`${ann}/dev_phone`);
    const desk = await gateway.login(`${ann}/dev_desk`);
    gateway.world.append({ type: 'message', conversationId: group });
    gateway.deliver();
    const [onPhone, onDesk] = [await phone.next('changes'), await desk.next('changes')];
    expect(onPhone).toEqual(onDesk);
  });

  it('ends the sockets of devices that were logged out', async () => {
    const phone = await gateway.login(`${ann}/dev_phone`);
    const desk = await gateway.login(`${ann}/dev_desk`);
    gateway.revocations.publish({ userId: ann, deviceIds: ['dev_phone'] });
    expect((await phone.closed).code).toBe(closeCodes.loggedOut.code);
    await desk.round();
  });
});

describe('commands', () => {
  it('sends and answers with the place of the message, once it is durable', async () => {
    const client = await gateway.login(`${ann}/dev_phone`);
    client.send(send(7));
    await vi.waitFor(() => expect(gateway.commands).toHaveLength(1));
    await client.round();
    expect(client.ofType('accepted')).toEqual([]);
    const [pending] = gateway.commands;
    expect(pending?.command).toEqual({
      type: 'send-message',
      conversationId: group,
      clientMessageId: 'm7',
      content: { type: 'text.v1', text: 'hello' },
    });
    expect(pending?.context).toMatchObject({ actorId: ann, deviceId: 'dev_phone' });
    pending?.resolve(accepted(1, 100));
    const answer = await client.next('accepted');
    expect(serverFrame.parse(answer)).toEqual(answer);
    expect(answer).toMatchObject({ ref: 7, sequence: 1, position: '100', messageId: 'msg_1' });
  });

  it('hands the commands of one message on in their order', async () => {
    const client = await gateway.login(`${ann}/dev_phone`);
    client.send(Array.from({ length: 200 }, (_, index) => send(index)));
    await vi.waitFor(() => expect(gateway.commands).toHaveLength(200));
    expect(gateway.commands.map(({ command }) => (command as { clientMessageId?: string }).clientMessageId)).toEqual(
      Array.from({ length: 200 }, (_, index) => `m${index}`),
    );
  });

  it('joins the answers of one moment into one message', async () => {
    const client = await gateway.login(`${ann}/dev_phone`);
    client.send([send(1), send(2), send(3)]);
    await vi.waitFor(() => expect(gateway.commands).toHaveLength(3));
    gateway.commands.forEach(({ resolve }, index) => resolve(accepted(index + 1, 100 + index)));
    await vi.waitFor(() => expect(client.ofType('accepted')).toHaveLength(3));
    expect(client.messages.at(-1)).toHaveLength(3);
  });

  it('tells what was refused, with the number of the request', async () => {
    const client = await gateway.login(`${ann}/dev_phone`);
    client.send(send(3));
    await vi.waitFor(() => expect(gateway.commands).toHaveLength(1));
    gateway.commands[0]?.reject('message_refused');
    const error = await client.next('error');
    expect(serverFrame.safeParse(error).success).toBe(true);
    expect(error).toMatchObject({ ref: 3, code: 'message_refused', number: 403, retryable: false });
  });

  it('says nothing of watermarks that went well, unless asked by ref', async () => {
    const client = await gateway.login(`${ann}/dev_phone`);
    client.send([
      { type: 'read', conversationId: group, upTo: 1 },
      { type: 'delivered', ref: 5, conversationId: group, upTo: 1 },
    ]);
    await vi.waitFor(() => expect(gateway.commands).toHaveLength(2));
    for (const { resolve } of gateway.commands) resolve({ position: 0 });
    expect(await client.next('done')).toEqual({ type: 'done', ref: 5 });
    expect(client.ofType('done')).toHaveLength(1);
  });
});

/** Ann's message and then somebody else's; in one append, both are accepted with the position of its end. */
const land = async (
  echo: boolean,
  { inOneAppend = false, frame = send(1) }: { readonly inOneAppend?: boolean; readonly frame?: Frame } = {},
): Promise<readonly Frame[]> => {
  const client = await gateway.login(`${ann}/dev_phone`, { echo });
  client.send(frame);
  await vi.waitFor(() => expect(gateway.commands).toHaveLength(1));
  // In this world a message's sequence is its position.
  const own = gateway.world.append({ type: 'message', conversationId: group });
  const another = inOneAppend ? gateway.world.append({ type: 'message', conversationId: group }) : own;
  gateway.commands[0]?.resolve(accepted(own, another));
  await client.next('accepted');
  gateway.deliver();
  if (!inOneAppend) gateway.world.append({ type: 'message', conversationId: group });
  gateway.deliver();
  await vi.waitFor(() => expect(client.ofType('changes').at(-1)?.['cursor']).toBe(gateway.cursors.encodePosition(40)));
  return client.ofType('changes').flatMap((frame) => frame['changes'] as Frame[]);
};

describe('echo', () => {
  it('brings one’s own messages like any other', async () => {
    expect(await land(true)).toHaveLength(2);
  });

  it('is left out for a socket that asked for none, for nothing else', async () => {
    expect(await land(false)).toMatchObject([{ position: '40' }]);
  });

  it('brings what a socket that asked for none has forwarded: only the server knows what it says', async () => {
    const from = { conversationId: group, sequence: 10 };
    const frame = { type: 'forward', ref: 1, conversationId: group, clientMessageId: 'forwarded-1', from };
    expect(await land(false, { frame })).toHaveLength(2);
  });

  it('is not mistaken for what somebody else said in the same append', async () => {
    expect(await land(false, { inOneAppend: true })).toMatchObject([{ position: '40' }]);
  });
});

describe('the end of a session', () => {
  it('comes after two heartbeats of silence', async () => {
    await gateway.stop();
    await startWith({ heartbeat: 100, presenceTtl: 1_000 });
    const silent = await gateway.login(`${ann}/dev_phone`);
    const lively = await gateway.login(`${bob}/dev_phone`);
    const beat = setInterval(() => lively.send({ type: 'ping' }), 50);
    expect((await silent.closed).code).toBe(closeCodes.heartbeatMissed.code);
    clearInterval(beat);
    await lively.round();
  });

  it('comes with what nobody foresaw in a frame, for this one only', async () => {
    const [client, other] = [await gateway.login(`${ann}/dev_phone`), await gateway.login(`${bob}/dev_phone`)];
    vi.spyOn(gateway.signals, 'publish').mockImplementationOnce(() => {
      throw new TypeError('of this test');
    });
    client.send({ type: 'typing', conversationId: group, active: true });
    expect(await client.next('error')).toMatchObject({ code: 'internal' });
    expect((await client.closed).code).toBe(closeCodes.resync.code);
    await other.round();
    expect(gateway.gateway.hub.person(ann)).toBeUndefined();
  });

  it('frees what it held', async () => {
    const client = await gateway.login(`${ann}/dev_phone`);
    client.socket.close();
    await vi.waitFor(() => expect(gateway.gateway.sessions.all.size).toBe(0));
    expect(gateway.gateway.hub.person(ann)).toBeUndefined();
    expect(gateway.presence.gone).toHaveLength(1);
  });
});

describe('limits', () => {
  it('holds the sockets of one person to their number', async () => {
    await gateway.stop();
    await startWith({ connectionsPerUser: 2 });
    await gateway.login(`${ann}/dev_1`);
    const second = await gateway.login(`${ann}/dev_2`);
    const third = await gateway.connect();
    third.send({ type: 'hello', token: `${ann}/dev_3` });
    expect(await third.next('error')).toMatchObject({ code: 'too_many_connections' });
    expect((await third.closed).code).toBe(closeCodes.tooManyConnections.code);
    second.socket.close();
    await second.closed;
    await vi.waitFor(async () => void (await gateway.login(`${ann}/dev_3`)));
  });

  it('holds the sockets of one address to their number; who comes later may come again', async () => {
    await gateway.stop();
    await startWith({ connectionsPerAddress: 1 });
    await gateway.login(`${ann}/dev_1`);
    const second = await gateway.connect();
    expect(await second.next('error')).toMatchObject({ code: 'too_many_connections', retryAfterMs: 60_000 });
    expect((await second.closed).code).toBe(closeCodes.addressBusy.code);
  });

  it('tells whom it cannot take at once when to come back, each at another moment', async () => {
    await gateway.stop();
    await startWith({ acceptsPerSecond: 1 });
    await gateway.login(`${ann}/dev_1`);
    const late = await Promise.all([gateway.connect(), gateway.connect()]);
    const waits = await Promise.all(late.map(async (client) => Number((await client.next('error'))['retryAfterMs'])));
    expect(waits.every((wait) => wait >= 1_000)).toBe(true);
    expect(waits[0]).not.toBe(waits[1]);
    expect((await late[0]?.closed)?.code).toBe(closeCodes.tryLater.code);
  });

  it('refuses frames beyond the rate, says when to go on, and cuts who does not care', async () => {
    await gateway.stop();
    await startWith({ framesPerSecond: 5 });
    const client = await gateway.login(`${ann}/dev_1`);
    for (let ref = 0; ref < 60; ref++) client.send({ type: 'ping', ref });
    const limited = await client.next('error');
    expect(limited).toMatchObject({ code: 'rate_limited', retryable: true });
    expect(Number(limited['retryAfterMs'])).toBeGreaterThan(0);
    expect(client.ofType('pong').length).toBeLessThanOrEqual(52);
    for (let ref = 0; ref < 200; ref++) client.send({ type: 'ping', ref });
    expect((await client.closed).code).toBe(closeCodes.flooding.code);
  });
});
