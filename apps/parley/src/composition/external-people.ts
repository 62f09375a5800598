import { type Clock, newId, ParleyError, type Principal, type TokenVerifier } from '@parley/platform';
import {
  type AccountStore,
  type CommandClient,
  CommandRejected,
  type PeopleReader,
  type ProjectedPositions,
} from '@parley/ports';

export interface ExternalPeopleDependencies {
  readonly commands: CommandClient;
  readonly people: Pick<PeopleReader, 'byIds'>;
  readonly positions: Pick<ProjectedPositions, 'waitFor'>;
  readonly accounts: Pick<AccountStore, 'claimName'>;
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
  const username = await claimName(principal, deps);
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

/**
 * Before they are registered, so that no account and nobody else of the issuer gets the same name meanwhile. Whoever
 * was not registered after it, because something failed, has it still when they come again.
 */
async function claimName(
  { userId, username = '' }: Principal,
  { accounts, clock }: ExternalPeopleDependencies,
): Promise<string> {
  for (const name of namesFor(username.toLowerCase(), userId)) {
    const held = await accounts.claimName({ userId, username: name, claimedAt: clock.now() });
    if (held !== null) return held;
  }
  throw new ParleyError('username_taken');
}

/** Of a user name and of a display name, in UTF-8: the write side refuses more. */
const usernameBytes = 64;
const displayNameBytes = 256;
/** In code points, of a name that cannot be had as it is. */
const keptCharacters = 24;
/** Hexadecimal digits of the user id that follow it: few to read, or all, which is longer than a name of an account. */
const idDigits = [6, 32] as const;

/** In the order in which they are tried; the same for ever for the same person. */
function namesFor(username: string, userId: string): readonly string[] {
  const isFit = username !== '' && Buffer.byteLength(username) <= usernameBytes;
  return [...(isFit ? [username] : []), ...idDigits.map((digits) => nameApart(username, userId.slice(-digits)))];
}

function nameApart(username: string, digits: string): string {
  const kept = Array.from(username).slice(0, keptCharacters);
  while (Buffer.byteLength(kept.join('')) > usernameBytes - digits.length - 1) kept.pop();
  return `${kept.join('') || 'person'}-${digits}`;
}
