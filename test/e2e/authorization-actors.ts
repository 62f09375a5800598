import { createLocalTokens } from '@parley/platform';
import { type Person, register } from '../kit/people.js';

/** Whoever may come to the door, the least welcome first. */
export const actorNames = [
  'nobody',
  'another issuer',
  'expired',
  'tampered',
  'stranger',
  'former member',
  'analyst',
  'operator',
  'member',
  'admin',
  'owner',
] as const;
export type ActorName = (typeof actorNames)[number];

/** Those whose token says nothing: the three bad ones claim to be the owner. */
export const strangersToTheServer: readonly ActorName[] = ['nobody', 'another issuer', 'expired', 'tampered'];
/** Logged in, and not a member of the conversation. */
export const strangersToTheConversation: readonly ActorName[] = ['stranger', 'former member', 'analyst', 'operator'];

export interface Actor {
  readonly name: ActorName;
  readonly token: string | undefined;
  /** Absent: not a person of this server. */
  readonly person?: Person;
}

export type Cast = Readonly<Record<ActorName, Actor>> & {
  /** A member in every scene, on whom the others act. */
  readonly bystander: Person;
  /** Never a member of anything before somebody adds them. */
  readonly newcomer: Person;
};

const hourMs = 3_600_000;
const issuer = 'parley';
const audience = 'parley';

const person = (name: ActorName, who: Person): Actor => ({ name, token: who.token, person: who });

/** Registers everybody and makes the tokens that are none. `secret`: of the server. */
export async function gatherCast(serverUrl: string, secret: string): Promise<Cast> {
  const names = ['stranger', 'former', 'member', 'admin', 'owner', 'bystander', 'newcomer'];
  const [stranger, former, member, admin, owner, bystander, newcomer] = (await Promise.all(
    names.map((name) => register(serverUrl, name)),
  )) as [Person, Person, Person, Person, Person, Person, Person];
  const asOwner = { userId: owner.userId, deviceId: owner.deviceId, username: owner.username, scopes: [] };
  const clock = { now: () => Date.now() };
  const own = { issuer, audience, secret: Buffer.from(secret), ttlMs: hourMs, clock };
  const tokenOf = async (options: Partial<typeof own>, claims = {}): Promise<string> =>
    (await createLocalTokens({ ...own, ...options }).issue({ ...asOwner, ...claims })).token;
  const operatorClaims = { userId: 'usr_operator', deviceId: 'dev_operator', username: 'operator', operator: true };
  return {
    nobody: { name: 'nobody', token: undefined },
    'another issuer': {
      name: 'another issuer',
      token: await tokenOf({ issuer: 'https://issuer.example', secret: Buffer.from('another secret'.repeat(3)) }),
    },
    expired: { name: 'expired', token: await tokenOf({ clock: { now: () => Date.now() - 2 * hourMs } }) },
    tampered: { name: 'tampered', token: claimingToBe(owner.userId, stranger.token) },
    stranger: person('stranger', stranger),
    'former member': person('former member', former),
    analyst: { name: 'analyst', token: await tokenOf({}, { ...operatorClaims, scopes: ['events:read'] }) },
    operator: { name: 'operator', token: await tokenOf({}, { ...operatorClaims, scopes: ['admin'] }) },
    member: person('member', member),
    admin: person('admin', admin),
    owner: person('owner', owner),
    bystander,
    newcomer,
  };
}

/** A good token with another subject written into it. */
function claimingToBe(userId: string, token: string): string {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Record<string, unknown>;
  const changed = Buffer.from(JSON.stringify({ ...claims, sub: userId })).toString('base64url');
  return `${header}.${changed}.${signature}`;
}
