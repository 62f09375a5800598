import type { UserEvent } from '@parley/events';
import { describe, expect, it } from 'vitest';
import type { Decision } from '../../decision.js';
import { refused, scenarios } from '../../given-when-then.kit.js';
import { limits } from '../../limits.js';
import { userDefinition, type UserState } from '../index.js';
import { blockUser, unblockUser } from './blocks.js';
import * as settings from './conversation-settings.js';
import { addDevice, removeDevice } from './devices.js';
import { changeProfile, registerUser } from './profile.js';

const { given, events } = scenarios(userDefinition, expect);

const registration = { userId: 'u1', username: 'anna', displayName: 'Anna' };
const registered: UserEvent = { type: 'UserRegistered.v1', data: registration };

const register = (state: UserState) => registerUser(state, registration);

describe('register', () => {
  it('takes the name', () => {
    expect(given().when(register)).toEqual(events(registered));
  });
  it('is refused when the name is taken', () => {
    expect(given(registered).when(register)).toEqual(refused('username_taken'));
  });
  it.each([
    ['username', { username: '' }],
    ['username', { username: 'x'.repeat(65) }],
    ['displayName', { displayName: '' }],
    ['displayName', { displayName: 'é'.repeat(129) }],
  ])('is refused with a %s out of bounds', (field, change) => {
    const decision = given().when((state) => registerUser(state, { ...registration, ...change }));
    expect(decision).toMatchObject({ refusal: { code: 'invalid_text', details: { field } } });
  });
});

describe('change the profile', () => {
  it('says only what changes', () => {
    expect(
      given(registered).when((state) =>
        changeProfile(state, { displayName: 'Anna', about: 'Hi', presenceVisibility: 'nobody' }),
      ),
    ).toEqual(events({ type: 'ProfileChanged.v1', data: { about: 'Hi', presenceVisibility: 'nobody' } }));
  });
  it('does nothing when nothing changes', () => {
    expect(
      given(registered).when((state) =>
        changeProfile(state, { displayName: 'Anna', about: '', presenceVisibility: 'shared' }),
      ),
    ).toEqual(events());
  });
  it('keeps to the limits', () => {
    expect(given(registered).when((state) => changeProfile(state, { about: 'x'.repeat(1_025) }))).toEqual(
      refused('invalid_text', { field: 'about', minBytes: 0, maxBytes: 1_024, actualBytes: 1_025 }),
    );
  });
});

const device = (i: number): UserEvent => ({
  type: 'DeviceAdded.v1',
  data: { deviceId: `d${i}`, name: `Phone ${i}` },
});

describe('devices', () => {
  it('adds one', () => {
    expect(given(registered).when((state) => addDevice(state, { deviceId: 'd1', name: 'Phone 1' }))).toEqual(
      events(device(1)),
    );
  });
  it('is refused above the limit', () => {
    const devices = Array.from({ length: limits.devicesPerUser }, (_, i) => device(i));
    expect(given(registered, ...devices).when((state) => addDevice(state, { deviceId: 'more', name: '' }))).toEqual(
      refused('device_limit', { limit: 50, actual: 51 }),
    );
  });
  it('is refused with too long a name', () => {
    const decision = given(registered).when((state) => addDevice(state, { deviceId: 'd1', name: 'x'.repeat(257) }));
    expect(decision).toMatchObject({ refusal: { code: 'invalid_text', details: { field: 'deviceName' } } });
  });
  it('removes one, and an unknown one not', () => {
    expect(given(registered, device(1)).when((state) => removeDevice(state, { deviceId: 'd1' }))).toEqual(
      events({ type: 'DeviceRemoved.v1', data: { deviceId: 'd1' } }),
    );
    expect(given(registered, device(1)).when((state) => removeDevice(state, { deviceId: 'd2' }))).toEqual(events());
  });
});

describe('blocks', () => {
  const blocked: UserEvent = { type: 'UserBlocked.v1', data: { userId: 'u2' } };

  it('blocks and unblocks', () => {
    expect(given(registered).when((state) => blockUser(state, { userId: 'u2' }))).toEqual(events(blocked));
    expect(given(registered, blocked).when((state) => unblockUser(state, { userId: 'u2' }))).toEqual(
      events({ type: 'UserUnblocked.v1', data: { userId: 'u2' } }),
    );
  });
  it('does nothing when there is no block to take away', () => {
    expect(given(registered).when((state) => unblockUser(state, { userId: 'u2' }))).toEqual(events());
  });
  it('is not of oneself', () => {
    expect(given(registered).when((state) => blockUser(state, { userId: 'u1' }))).toEqual(refused('self_not_allowed'));
  });
  it('is refused above the limit', () => {
    const { state } = given(registered);
    const full = { ...state, blocked: new Set(Array.from({ length: limits.blocksPerUser }, (_, i) => `x${i}`)) };
    expect(blockUser(full as UserState, { userId: 'u2' })).toMatchObject({ refusal: { code: 'block_limit' } });
  });
});

describe('settings of a conversation', () => {
  const c1 = { conversationId: 'c1' };
  const muted = (until: number | null): UserEvent => ({ type: 'ConversationMuted.v1', data: { ...c1, until } });
  const archived: UserEvent = { type: 'ConversationArchived.v1', data: c1 };
  const markedUnread: UserEvent = { type: 'ConversationMarkedUnread.v1', data: c1 };

  it.each([
    ['mute', [], (s: UserState) => settings.muteConversation(s, { ...c1, until: null }), muted(null)],
    [
      'mute for another time',
      [muted(null)],
      (s: UserState) => settings.muteConversation(s, { ...c1, until: 5 }),
      muted(5),
    ],
    [
      'unmute',
      [muted(5)],
      (s: UserState) => settings.unmuteConversation(s, c1),
      { type: 'ConversationUnmuted.v1', data: c1 },
    ],
    ['archive', [], (s: UserState) => settings.archiveConversation(s, c1), archived],
    [
      'unarchive',
      [archived],
      (s: UserState) => settings.unarchiveConversation(s, c1),
      { type: 'ConversationUnarchived.v1', data: c1 },
    ],
    ['mark unread', [], (s: UserState) => settings.markConversationUnread(s, c1), markedUnread],
    [
      'clear the mark',
      [markedUnread],
      (s: UserState) => settings.clearUnreadMark(s, c1),
      { type: 'ConversationUnreadMarkCleared.v1', data: c1 },
    ],
  ] as const)('%s', (_, history, decide: (state: UserState) => Decision<UserEvent>, event) => {
    expect(given(registered, ...history).when(decide)).toEqual(events(event));
  });
  it.each([settings.unmuteConversation, settings.unarchiveConversation, settings.clearUnreadMark])(
    'does nothing when there is nothing to take away',
    (decide) => {
      expect(given(registered).when((state) => decide(state, c1))).toEqual(events());
    },
  );
  it('leaves no trace in the state once all are taken away', () => {
    const { state } = given(registered, archived, { type: 'ConversationUnarchived.v1', data: c1 });
    expect(state).toEqual(given(registered).state);
  });
});

describe('somebody who is not registered', () => {
  it.each<[string, (state: UserState) => ReturnType<typeof changeProfile> | ReturnType<typeof blockUser>]>([
    ['changes no profile', (state) => changeProfile(state, { about: 'Hi' })],
    ['blocks nobody', (state) => blockUser(state, { userId: 'u2' })],
  ])('%s', (_, decide) => {
    expect(given().when(decide)).toEqual(refused('user_not_found'));
  });
  it('is in no conversation that could have settings', () => {
    const decision = settings.archiveConversation(userDefinition.initial, { conversationId: 'c1' });
    expect(decision).toEqual({ ok: false, refusal: { code: 'conversation_not_found' } });
  });
  it('has no devices or blocks', () => {
    const decisions = [
      addDevice(userDefinition.initial, { deviceId: 'd1', name: '' }),
      removeDevice(userDefinition.initial, { deviceId: 'd1' }),
      unblockUser(userDefinition.initial, { userId: 'u2' }),
    ];
    for (const decision of decisions) expect(decision).toEqual({ ok: false, refusal: { code: 'user_not_found' } });
  });
});
