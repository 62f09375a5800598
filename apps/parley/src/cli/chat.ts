import { createInterface } from 'node:readline/promises';
import { ParleyClient, ParleyClientError, textOf } from '@parley/client';
import { parseArguments } from './arguments.js';
import { ExpectedFailure, UsageError } from './errors.js';

const usage = 'Usage: parley chat <user name> [--to <user name>] [--url http://127.0.0.1:7400] [--password …]';

/** A person at the terminal: registers at the first time, shows what is said to them, sends the lines they type. */
export async function chat(argv: readonly string[]): Promise<number> {
  const { words, flags } = parseArguments(argv);
  const { to, url = 'http://127.0.0.1:7400', password, ...unknown } = flags;
  const [username] = words;
  if (username === undefined || words.length > 1 || Object.keys(unknown).length > 0) throw new UsageError(usage);
  const client = new ParleyClient({ url });
  await enter(client, username, password ?? `${username} in the terminal`);
  await client.connect().catch(explain);
  const talk = new Talk(client, username);
  if (to !== undefined) await talk.turnTo(to);
  await talk.run();
  await client.close();
  return 0;
}

async function enter(client: ParleyClient, username: string, password: string): Promise<void> {
  const deviceName = 'terminal';
  try {
    await client.register({ username, password, displayName: username, deviceName });
  } catch (error) {
    if (!(error instanceof ParleyClientError) || error.code !== 'username_taken') explain(error);
    await client.logIn({ username, password, deviceName }).catch(explain);
  }
}

function explain(error: unknown): never {
  if (!(error instanceof ParleyClientError)) throw error;
  const hint = error.code === 'connection_lost' ? ' Is the server running? Start it with: npm start' : '';
  const fields = error.errors.map(({ pointer, message }) => ` ${pointer}: ${message}`).join('');
  throw new ExpectedFailure(`${error.message} (${error.code})${fields}${hint}`);
}

/** One conversation at a time: the one named by --to or /to, else the one where something was said last. */
class Talk {
  readonly #client: ParleyClient;
  readonly #username: string;
  readonly #names = new Map<string, string>();
  readonly #input = createInterface({ input: process.stdin, output: process.stdout });
  #conversationId: string | null = null;

  constructor(client: ParleyClient, username: string) {
    this.#client = client;
    this.#username = username;
  }

  async turnTo(username: string): Promise<void> {
    const { data } = await this.#client.api.people.find({ username }).catch(explain);
    const [person] = data;
    if (person === undefined) {
      this.#show(`There is nobody called ${username} yet: open another terminal, and: npm run chat -- ${username}`);
      return;
    }
    this.#names.set(person.id, person.displayName);
    const { conversationId } = await this.#client.api.conversations.startDirect(person.id).catch(explain);
    this.#conversationId = conversationId;
    this.#show(`Talking to ${person.displayName}.`);
  }

  async run(): Promise<void> {
    this.#show(
      `You are ${this.#username}. Write a line and press Enter; /to <user name> turns to somebody; Ctrl+D ends.`,
    );
    await this.#showWhatWasMissed();
    this.#client.on('message', (message) => {
      if (message.senderId === this.#client.userId) return;
      this.#conversationId ??= message.conversationId;
      void this.#nameOf(message.senderId).then((name) => this.#show(`${name}: ${textOf(message) ?? '(no text)'}`));
      this.#client.markRead(message.conversationId);
    });
    this.#client.on('state', ({ phase }) => {
      if (phase === 'waiting') this.#show('(connection lost: what you write is kept and sent once when it is back)');
    });
    for await (const line of this.#input) {
      if (line.startsWith('/to ')) await this.turnTo(line.slice(4).trim());
      else if (line.trim() !== '') this.#say(line);
    }
  }

  #say(text: string): void {
    if (this.#conversationId === null) {
      this.#show('Nobody to talk to yet: /to <user name>');
      return;
    }
    this.#client.send(this.#conversationId, text).then(
      ({ sequence }) => this.#show(`✓ ${sequence}`),
      (error: unknown) => this.#show(`not sent: ${error instanceof Error ? error.message : 'refused'}`),
    );
  }

  async #showWhatWasMissed(): Promise<void> {
    for (const { id, unread, lastMessage } of this.#client.conversations()) {
      if (unread === 0 || lastMessage === null) continue;
      const name = await this.#nameOf(lastMessage.senderId);
      this.#show(`${unread} unread, the last from ${name}: ${textOf(lastMessage) ?? '(no text)'}`);
      this.#conversationId ??= id;
      this.#client.markRead(id);
    }
  }

  async #nameOf(userId: string): Promise<string> {
    const known = this.#names.get(userId);
    if (known !== undefined) return known;
    const { displayName } = await this.#client.api.people.get(userId).catch(() => ({ displayName: 'somebody' }));
    this.#names.set(userId, displayName);
    return displayName;
  }

  #show(text: string): void {
    process.stdout.write(`${text}\n`);
  }
}
