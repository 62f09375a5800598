import { z } from 'zod';
import { deviceId, userId } from '../frames.js';
import { defineRoutes } from './route.js';

/** 2 to 32 of letters, digits, `.`, `_` and `-`; capitals are taken and count as small. */
export const username = z.string().regex(/^[A-Za-z0-9._-]{2,32}$/);
/** 8 characters to 256 bytes of UTF-8. */
const password = z.string().min(8).max(256);
const deviceName = z.string().max(256);

/** A logged-in device. The refresh token is good for one exchange; each exchange gives the next. */
export const sessionView = z.object({
  userId: z.string(),
  username: z.string(),
  deviceId: z.string(),
  accessToken: z.string(),
  /** Of the access token. */
  expiresAt: z.string(),
  refreshToken: z.string(),
});
export type SessionView = z.infer<typeof sessionView>;

export const deviceView = z.object({
  deviceId: z.string(),
  name: z.string(),
  createdAt: z.string(),
  /** When its tokens were last renewed. */
  lastUsedAt: z.string(),
  /** The one that asks. */
  current: z.boolean(),
});
export type DeviceView = z.infer<typeof deviceView>;

/** People, their devices and what they decide for themselves. */
export const accountRoutes = defineRoutes({
  registerUser: {
    method: 'POST',
    path: '/v1/users',
    app: 'command-api',
    tag: 'accounts',
    summary: 'Registers a person and logs them in on this device',
    access: 'public',
    body: z.strictObject({
      username,
      password,
      /** Default: the user name. */
      displayName: z.string().min(1).max(256).optional(),
      deviceName: deviceName.optional(),
    }),
    status: 201,
    response: sessionView,
    errors: [
      'username_taken',
      'invalid_text',
      'title_too_long',
      'log_unavailable',
      'feature_unavailable',
      'overloaded',
    ],
  },
  logIn: {
    method: 'POST',
    path: '/v1/sessions',
    app: 'command-api',
    tag: 'accounts',
    summary: 'Logs in on a new device',
    access: 'public',
    body: z.strictObject({ username, password: z.string().max(256), deviceName: deviceName.optional() }),
    status: 201,
    response: sessionView,
    errors: [
      'wrong_credentials',
      'device_limit',
      'title_too_long',
      'log_unavailable',
      'feature_unavailable',
      'overloaded',
    ],
  },
  refreshSession: {
    method: 'POST',
    path: '/v1/sessions/refresh',
    app: 'command-api',
    tag: 'accounts',
    summary: 'Exchanges a refresh token for the next one and a new access token',
    access: 'public',
    body: z.strictObject({ refreshToken: z.string().regex(/^[A-Za-z0-9_-]{43}$/) }),
    status: 200,
    response: sessionView,
    errors: ['refresh_token_reused', 'session_revoked', 'feature_unavailable'],
  },
  logOut: {
    method: 'DELETE',
    path: '/v1/sessions/current',
    app: 'command-api',
    tag: 'devices',
    summary: 'Logs this device out',
    access: 'self',
    status: 204,
    errors: ['log_unavailable'],
  },
  changePassword: {
    method: 'PUT',
    path: '/v1/me/password',
    app: 'command-api',
    tag: 'devices',
    summary: 'Changes your password and logs out your other devices',
    access: 'self',
    body: z.strictObject({ currentPassword: z.string().max(256), newPassword: password }),
    status: 204,
    errors: ['wrong_credentials', 'log_unavailable', 'overloaded'],
  },
  listDevices: {
    method: 'GET',
    path: '/v1/devices',
    app: 'command-api',
    tag: 'devices',
    summary: 'Your logged-in devices, oldest first',
    access: 'self',
    status: 200,
    response: z.object({ data: z.array(deviceView) }),
  },
  logOutDevice: {
    method: 'DELETE',
    path: '/v1/devices/:deviceId',
    app: 'command-api',
    tag: 'devices',
    summary: 'Logs one of your devices out',
    access: 'self',
    params: z.strictObject({ deviceId }),
    status: 204,
    errors: ['device_not_found', 'log_unavailable'],
  },
  logOutEverywhere: {
    method: 'DELETE',
    path: '/v1/devices',
    app: 'command-api',
    tag: 'devices',
    summary: 'Logs all your devices out, this one too',
    access: 'self',
    status: 204,
    errors: ['log_unavailable'],
  },
  changeProfile: {
    method: 'PATCH',
    path: '/v1/me',
    app: 'command-api',
    tag: 'people',
    summary: 'Changes what others see of you',
    access: 'self',
    body: z.strictObject({
      displayName: z.string().min(1).max(256).optional(),
      about: z.string().max(1_024).optional(),
      /** Who may see whether you are online: people you share a conversation with, or nobody. */
      presenceVisibility: z.enum(['shared', 'nobody']).optional(),
    }),
    status: 204,
    errors: ['invalid_text', 'title_too_long', 'description_too_long', 'log_unavailable', 'conflict', 'overloaded'],
  },
  blockUser: {
    method: 'PUT',
    path: '/v1/blocks/:userId',
    app: 'command-api',
    tag: 'people',
    summary: 'Takes no direct messages from this person any more; they are not told',
    access: 'self',
    params: z.strictObject({ userId }),
    status: 204,
    errors: ['user_not_found', 'self_not_allowed', 'block_limit', 'log_unavailable', 'conflict', 'overloaded'],
  },
  unblockUser: {
    method: 'DELETE',
    path: '/v1/blocks/:userId',
    app: 'command-api',
    tag: 'people',
    summary: 'Takes direct messages from this person again',
    access: 'self',
    params: z.strictObject({ userId }),
    status: 204,
    errors: ['log_unavailable', 'conflict', 'overloaded'],
  },
});
