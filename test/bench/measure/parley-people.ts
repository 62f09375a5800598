import { type SessionView, accountRoutes, conversationCommandRoutes } from '@parley/protocol';

/** Somebody who is registered and logged in. */
export interface Account {
  readonly userId: string;
  readonly username: string;
  readonly accessToken: string;
}

/** The server gives this one the scope `admin` (PARLEY_ADMIN_USERS). */
export const operatorName = 'bench_operator';
const password = 'a bench password';
/** Registrations under way at a time. */
const registering = 16;

/** Registers somebody, or logs them in if they are there already. */
export async function registerOrLogIn(url: string, username: string): Promise<Account> {
  const names = { username, password, deviceName: 'bench' };
  const answer = await post(url, accountRoutes.registerUser.path, null, { ...names, displayName: username });
  if (answer.status !== 409) return (await bodyOf(answer)) as SessionView;
  await answer.body?.cancel();
  return (await bodyOf(await post(url, accountRoutes.logIn.path, null, names))) as SessionView;
}

export async function registerAll(url: string, usernames: readonly string[]): Promise<readonly Account[]> {
  const accounts: Account[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < usernames.length) {
      const index = next++;
      accounts[index] = await registerOrLogIn(url, usernames[index] ?? '');
    }
  };
  await Promise.all(Array.from({ length: registering }, lane));
  return accounts;
}

export interface ConversationShape {
  readonly kind: 'direct' | 'group';
  readonly title?: string;
  readonly memberIds: readonly string[];
}

/** Answers the conversation's id. */
export async function startConversation(url: string, by: Account, shape: ConversationShape): Promise<string> {
  const answer = await post(url, conversationCommandRoutes.startConversation.path, by, shape);
  return ((await bodyOf(answer)) as { conversationId: string }).conversationId;
}

function post(url: string, path: string, by: Account | null, body: object): Promise<Response> {
  return fetch(url + path, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      ...(by === null ? {} : { Authorization: `Bearer ${by.accessToken}` }),
    },
    body: JSON.stringify(body),
  });
}

/** @throws Error with the server's words unless it succeeded */
export async function bodyOf(answer: Response): Promise<unknown> {
  if (!answer.ok) throw new Error(`${answer.url}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}
