import { SqliteAccountStore } from '@parley/embedded';

/** Rotates one refresh token for ever, telling each rotation that was answered, until it is killed. */
const store = new SqliteAccountStore(process.argv[2] ?? '');
await store.createSession({
  userId: 'usr_ann',
  username: 'ann',
  deviceId: 'dev_phone',
  deviceName: 'phone',
  tokenHash: '0',
  createdAt: 1_000,
  lastUsedAt: 1_000,
  expiresAt: 10_000,
});
for (let i = 0; ; i++) {
  const change = { tokenHash: String(i), nextTokenHash: String(i + 1), now: 1_000, expiresAt: 10_000 };
  const { outcome } = await store.rotate(change);
  if (outcome !== 'rotated') throw new Error(outcome);
  process.send?.(i + 1);
}
