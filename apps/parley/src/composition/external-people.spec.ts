import type { Principal } from '@parley/platform';
import { type Command, type CommandClient, type CommandContext, CommandRejected } from '@parley/ports';
import { beforeEach, describe, expect, it } from 'vitest';
import { registeringExternalPeople } from './external-people.js';

const userId = 'usr_0123456789abcdef0123456789abcdef';
let executed: { readonly command: Command; readonly context: CommandContext }[] = [];
let failure: Error | null = null;
let projected: string[] = [];
/** User ids by name. */
let names = new Map<string, string>();

const commands: Pick<CommandClient, 'execute'> = {
  async execute(command: Command, context: CommandContext) {
    executed.push({ command, context });
    if (failure !== null) throw failure;
    return { position: 1 } as never;
  },
};
const verifierFor = (username?: string) => {
  const principal: Principal = {
    userId,
    deviceId: 'dev_1',
    scopes: [],
    expiresAt: Infinity,
    external: true,
    ...(username === undefined ? {} : { username }),
  };
  return registeringExternalPeople(
    { verify: async () => principal },
    {
      commands,
      people: { byIds: async () => projected },
      positions: { waitFor: async () => true },
      accounts: {
        async claimName(claim) {
          const [held] = [...names].find(([, holder]) => holder === claim.userId) ?? [];
          if (held !== undefined) return held;
          if (names.has(claim.username)) return null;
          names.set(claim.username, claim.userId);
          return claim.username;
        },
      },
      clock: { now: () => 7 },
    },
  );
};

beforeEach(() => {
  executed = [];
  failure = null;
  projected = [];
  names = new Map();
});

describe('people of an external issuer', () => {
  it('are registered before their first request goes on, once, however many come at a time', async () => {
    const verifier = verifierFor('ann');
    await Promise.all([verifier.verify(''), verifier.verify('')]);
    await verifier.verify('');
    expect(executed).toMatchObject([
      {
        command: { type: 'register-user', username: 'ann', displayName: 'ann' },
        context: { actorId: userId, deviceId: 'dev_1', now: 7 },
      },
    ]);
  });

  it('are asked about in the read model first', async () => {
    projected = ['{}'];
    await verifierFor('ann').verify('');
    expect(executed).toEqual([]);
  });

  it('that were registered but are not projected yet go on', async () => {
    failure = new CommandRejected('username_taken');
    const verifier = verifierFor('ann');
    await verifier.verify('');
    await verifier.verify('');
    expect(executed).toHaveLength(1);
  });

  it('come again when they could not be registered', async () => {
    failure = new CommandRejected('overloaded');
    const verifier = verifierFor('ann');
    await expect(verifier.verify('')).rejects.toBe(failure);
    failure = null;
    await verifier.verify('');
    expect(executed).toHaveLength(2);
  });

  it('keep the name they claimed, whatever the issuer calls them when they come again', async () => {
    failure = new CommandRejected('overloaded');
    await expect(verifierFor('ann').verify('')).rejects.toBe(failure);
    failure = null;
    await verifierFor('anna').verify('');
    expect(executed.at(-1)?.command).toEqual({ type: 'register-user', username: 'ann', displayName: 'anna' });
    expect([...names.keys()]).toEqual(['ann']);
  });

  it('are not registered under a name that is somebody else’s', async () => {
    for (const name of ['ann', 'ann-abcdef', 'ann-0123456789abcdef0123456789abcdef']) names.set(name, 'usr_other');
    await expect(verifierFor('ann').verify('')).rejects.toMatchObject({ code: 'username_taken' });
    names.delete('ann-0123456789abcdef0123456789abcdef');
    await verifierFor('ann').verify('');
    expect(executed).toMatchObject([{ command: { username: 'ann-0123456789abcdef0123456789abcdef' } }]);
  });

  it.each([
    ['Ann', 'ann-abcdef', 'Ann'],
    ['Bob', 'bob', 'Bob'],
    ['x'.repeat(65), `${'x'.repeat(24)}-abcdef`, 'x'.repeat(65)],
    ['👋'.repeat(80), `${'👋'.repeat(14)}-abcdef`, `${'👋'.repeat(14)}-abcdef`],
    [undefined, 'person-abcdef', 'person-abcdef'],
  ])(
    'named %s get their name in small letters, or one of their own when it is not to be had',
    async (claimed, username, displayName) => {
      names.set('ann', 'usr_other');
      await verifierFor(claimed).verify('');
      expect(executed[0]?.command).toEqual({ type: 'register-user', username, displayName });
    },
  );
});
