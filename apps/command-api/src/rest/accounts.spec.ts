import { userStream } from '@parley/events';
import { EventLogUnavailable } from '@parley/ports';
import type { SessionView } from '@parley/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RestSide } from '../testing/rest-side.js';

let side: RestSide;
beforeEach(async () => {
  side = await RestSide.start();
});
afterEach(() => side.stop());

const password = 'correct horse';
const logIn = async (
  username: string,
  given = password,
): Promise<{ status: number; body: SessionView & { code?: string } }> =>
  (await side.ask('POST', '/v1/sessions', { body: { username, password: given, deviceName: 'phone' } })) as never;
const refresh = (refreshToken: string): ReturnType<RestSide['ask']> =>
  side.ask('POST', '/v1/sessions/refresh', { body: { refreshToken } });

describe('registering', () => {
  it('logs in on this device and tells the position of what it wrote', async () => {
    const { status, body, headers } = await side.ask('POST', '/v1/users', {
      body: { username: 'Ann', password, displayName: 'Ann A.', deviceName: 'laptop' },
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({ username: 'ann' });
    expect(Number(headers['parley-position'])).toBeGreaterThan(0);
    const types = (await side.log.readStream(userStream(String(body['userId'])))).map(({ type }) => type);
    expect(types).toEqual(['UserRegistered.v1', 'DeviceAdded.v1']);
  });

  it('refuses a taken name, whatever its capitals', async () => {
    await side.register('ann');
    const { status, body } = await side.ask('POST', '/v1/users', { body: { username: 'ANN', password } });
    expect([status, body['code']]).toEqual([409, 'username_taken']);
  });

  it('refuses the name of somebody who logs in elsewhere, and never lets anybody in by it', async () => {
    await side.accounts.claimName({ userId: 'usr_external', username: 'ann', claimedAt: 1 });
    const { status, body } = await side.ask('POST', '/v1/users', { body: { username: 'Ann', password } });
    expect([status, body['code']]).toEqual([409, 'username_taken']);
    expect((await logIn('ann')).body).toMatchObject({ code: 'wrong_credentials' });
  });

  it('refuses names and passwords that are not', async () => {
    const wrong = [
      { username: 'a', password },
      { username: 'an n', password },
      { username: 'x'.repeat(33), password },
      { username: 'ann', password: 'short' },
      { username: 'ann', password: '😀'.repeat(65) },
      { username: 'ann', password, admin: true },
    ];
    for (const body of wrong) {
      expect((await side.ask('POST', '/v1/users', { body })).body).toMatchObject({ code: 'invalid_request' });
    }
  });

  it('can be finished by whoever began it, when the log was away in between', async () => {
    side.log.beforeAppend = () => {
      throw new EventLogUnavailable('away');
    };
    const body = { username: 'ann', password };
    expect((await side.ask('POST', '/v1/users', { body })).status).toBe(503);
    side.log.beforeAppend = () => undefined;
    const other = { username: 'ann', password: 'another password' };
    expect((await side.ask('POST', '/v1/users', { body: other })).status).toBe(409);
    expect((await side.ask('POST', '/v1/users', { body })).status).toBe(201);
    expect((await side.ask('POST', '/v1/users', { body })).status).toBe(409);
  });
});

describe('logging in', () => {
  beforeEach(() => side.register('ann'));

  it('gives each device a session of its own', async () => {
    const [one, other] = [await logIn('Ann'), await logIn('ann')];
    expect([one.status, other.status]).toEqual([201, 201]);
    expect(one.body.deviceId).not.toBe(other.body.deviceId);
    const { body } = await side.ask('GET', '/v1/devices', { token: one.body.accessToken });
    expect(body['data']).toMatchObject([{}, { name: 'phone', current: true }, { name: 'phone', current: false }]);
  });

  it('does not tell which of name and password is wrong', async () => {
    const wrong = [await logIn('ann', 'wrong horse'), await logIn('nobody')];
    expect(wrong.map(({ status, body }) => [status, body.code])).toEqual([
      [401, 'wrong_credentials'],
      [401, 'wrong_credentials'],
    ]);
  });

  it('gives operators their scopes', async () => {
    const admins = await RestSide.start({ 'admin-users': 'root,ann' });
    const scopes = async (username: string): Promise<unknown> => {
      const { accessToken } = await admins.register(username);
      const payload = Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString();
      return (JSON.parse(payload) as { scope?: string }).scope;
    };
    expect(await scopes('ann')).toBe('admin events:read content:read');
    expect(await scopes('bob')).toBeUndefined();
    await admins.stop();
  });

  it('makes room among devices whose sessions are over', async () => {
    const { body: first } = await logIn('ann');
    for (let i = 0; i < 48; i++) await logIn('ann');
    const full = await logIn('ann');
    expect(full.body.code).toBe('device_limit');
    // Over without a trace in the log, as by a kill in between.
    await side.accounts.revokeSessions(first.userId, first.deviceId);
    expect((await logIn('ann')).status).toBe(201);
  });
});

describe('refreshing', () => {
  it('gives new tokens, and ends the session when an old one comes again', async () => {
    const session = await side.register('ann');
    const { status, body: next } = await refresh(session.refreshToken);
    expect(status).toBe(200);
    expect(next).toMatchObject({ userId: session.userId, deviceId: session.deviceId });
    expect(next['refreshToken']).not.toBe(session.refreshToken);
    const reused = await refresh(session.refreshToken);
    expect([reused.status, reused.body['code']]).toEqual([401, 'refresh_token_reused']);
    expect(side.revoked).toEqual([`${session.userId} ${session.deviceId}`]);
    expect((await refresh(String(next['refreshToken']))).body).toMatchObject({ code: 'session_revoked' });
    const { body } = await side.ask('GET', '/v1/devices', { token: String(next['accessToken']) });
    expect(body['code']).toBe('session_revoked');
  });

  it('refuses what never was a token', async () => {
    expect((await refresh('x'.repeat(43))).body).toMatchObject({ code: 'session_revoked' });
    expect((await refresh('x')).body).toMatchObject({ code: 'invalid_request' });
  });
});

describe('logging out', () => {
  it('ends this device, another one, or all, at once and everywhere', async () => {
    const first = await side.register('ann');
    const [second, third, fourth] = (await Promise.all([logIn('ann'), logIn('ann'), logIn('ann')])).map(
      ({ body }) => body,
    );
    const bob = await side.register('bob');
    const token = first.accessToken;
    expect((await side.ask('DELETE', '/v1/sessions/current', { token: String(second?.accessToken) })).status).toBe(204);
    expect((await side.ask('DELETE', `/v1/devices/${third?.deviceId}`, { token })).status).toBe(204);
    expect((await side.ask('DELETE', `/v1/devices/${bob.deviceId}`, { token })).body['code']).toBe('device_not_found');
    for (const ended of [second, third]) {
      expect((await side.ask('GET', '/v1/devices', { token: String(ended?.accessToken) })).status).toBe(401);
    }
    expect((await side.ask('DELETE', '/v1/devices', { token })).status).toBe(204);
    expect((await side.ask('GET', '/v1/devices', { token: String(fourth?.accessToken) })).status).toBe(401);
    expect((await side.ask('GET', '/v1/devices', { token: bob.accessToken })).status).toBe(200);
    expect(side.revoked).toHaveLength(3);
  });

  it('happens on the other devices with a new password', async () => {
    const first = await side.register('ann');
    const { body: second } = await logIn('ann');
    const change = (currentPassword: string): ReturnType<RestSide['ask']> =>
      side.ask('PUT', '/v1/me/password', {
        token: first.accessToken,
        body: { currentPassword, newPassword: 'battery staple' },
      });
    expect((await change('wrong')).body['code']).toBe('wrong_credentials');
    expect((await change(password)).status).toBe(204);
    expect((await side.ask('GET', '/v1/devices', { token: second.accessToken })).status).toBe(401);
    expect((await side.ask('GET', '/v1/devices', { token: first.accessToken })).status).toBe(200);
    expect((await logIn('ann')).status).toBe(401);
    expect((await logIn('ann', 'battery staple')).status).toBe(201);
  });
});
