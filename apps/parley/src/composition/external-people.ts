import { type Clock, newId, type Principal, type TokenVerifier } from '@parley/platform';
import {
  type AccountStore,
  type CommandClient,
  CommandRejected,
  type PeopleReader,
  type ProjectedPositions,
} from '@parley/ports';

export interface ExternalPeopleDependencies {
  readonly commands: CommandClient;
  readonly people: Pick<PeopleReader, 'byIds' | 'byUsername'>;
  readonly positions: Pick<ProjectedPositions, 'waitFor'>;
  readonly accounts: Pick<AccountStore, 'findAccount'>;
  readonly clock: Clock;
}

/** People known to be registered; all are forgotten when they are more. */
const maxKnown = 10_000;

/** Later than that they are found by the next read. */
const projectedWithinMs = 2_000;

/**
 * Whoever comes with a good token of the external issuer for the first time is registered before anything else is done
 * for them, be it a read, a write or a socket.
 */
export function registeringExternalPeople(external: TokenVerifier, deps: ExternalPeopleDependencies): TokenVerifier {
  const known = new Set<string>();
  const underWay = new Map<string, Promise<void>>();

  const register = async (principal: Principal): Promise<void> => {
    const { userId } = principal;
    try {
      if (!(await isRegistered(userId, deps))) await registerPerson(principal, deps);
      if (known.size >= maxKnown) known.clear();
      known.add(userId);
    } finally {
      underWay.delete(userId);
    }
  };
  return {
    async verify(token) {
      const principal = await external.verify(token);
      const { userId } = principal;
      if (known.has(userId)) return principal;
      let registering = underWay.get(userId);
      if (registering === undefined) underWay.set(userId, (registering = register(principal)));
      await registering;
      return principal;
    },
  };
}

/** What is projected already need not be asked of the log. */
const isRegistered = async (userId: string, { people }: ExternalPeopleDependencies): Promise<boolean> =>
  (await people.byIds([userId]).catch(() => [])).length > 0;

async function registerPerson(principal: Principal, deps: ExternalPeopleDependencies): Promise<void> {
  const { userId, deviceId, username: claimed = '' } = principal;
  const isTaken = claimed === '' || (await isSomebodyElses(claimed, deps));
  const username = isTaken || Buffer.byteLength(claimed) > usernameBytes ? nameApart(claimed, userId) : claimed;
  const displayName = claimed === '' || Buffer.byteLength(claimed) > displayNameBytes ? username : claimed;
  const context = { actorId: userId, deviceId, now: deps.clock.now(), correlationId: newId('req') };
  try {
    const { position } = await deps.commands.execute({ type: 'register-user', username, displayName }, context);
    // A read that comes with the same request shall find them.
    await deps.positions.waitFor(position, projectedWithinMs);
  } catch (error) {
    // Their stream is theirs alone: taken means that they are registered.
    if (!(error instanceof CommandRejected) || error.code !== 'username_taken') throw error;
  }
}

/** A local account's, or somebody's who came from the issuer before. */
async function isSomebodyElses(username: string, { accounts, people }: ExternalPeopleDependencies): Promise<boolean> {
  if ((await accounts.findAccount(username.toLowerCase())) !== null) return true;
  return (await people.byUsername(username).catch(() => null)) !== null;
}

/** Of a user name and of a display name, in UTF-8: the write side refuses more. */
const usernameBytes = 64;
const displayNameBytes = 256;
/** In code points, of a name that cannot be had as it is; and the hexadecimal digits of the user id that follow it. */
const keptCharacters = 24;
const idDigits = 6;

/** The same for ever for the same person. */
function nameApart(username: string, userId: string): string {
  const kept = Array.from(username).slice(0, keptCharacters);
  while (Buffer.byteLength(kept.join('')) > usernameBytes - idDigits - 1) kept.pop();
  return `${kept.join('') || 'person'}-${userId.slice(-idDigits)}`;
}
