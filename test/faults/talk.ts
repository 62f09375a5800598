import { randomUUID } from 'node:crypto';
import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { ledgerLine, ParleyClient, type RecordEntry } from '@parley/client';
import { conversationCommandRoutes, messageCommandRoutes } from '@parley/protocol';
import { password, type Person, register } from '../kit/people.js';
import { ask, call } from '../kit/rest.js';
import type { Settings } from '../kit/server-process.js';
import { startEmbedded, type TestServer } from '../kit/server.js';
import { Random } from '../demo/logs/random.js';
import { Network } from './network.js';

export interface Surroundings {
  /** Settings of the server. */
  readonly environment?: Settings;
  /** Devices talk through a network that can be harmed. */
  readonly hasNetwork?: boolean;
  readonly seed: number;
}

/** All of them come from one address here. */
const fromOneAddress = { PARLEY_CONNECTIONS_PER_ADDRESS: '1000000' };

/** What one device saw, in memory and in its file. */
export interface Ledger {
  readonly name: string;
  readonly entries: RecordEntry[];
}

const people = 4;
const lanesOfADevice = 4;
const acceptedWithinMs = 180_000;
const atOnce = 32;

/** Four people on five devices who talk without a pause, each device with a ledger, until they are told to stop. */
export class Talk {
  readonly ledgers: Ledger[] = [];
  accepted = 0;
  longestPauseMs = 0;
  /** Of who asks by REST beside the talk. */
  #ann: Person | null = null;
  #conversationId = '';
  #lastAcceptedAt = performance.now();
  readonly #over = new AbortController();
  readonly #clients: ParleyClient[] = [];
  readonly #files: WriteStream[] = [];
  readonly #lanes: Promise<void>[] = [];

  private constructor(
    public server: TestServer,
    readonly dataDir: string,
    /** A file a device. */
    readonly ledgerFolder: string,
    /** Between the devices and the server; null: they are connected directly. */
    readonly network: Network | null,
  ) {}

  static async begin(home: string, { environment = {}, hasNetwork = false, seed }: Surroundings): Promise<Talk> {
    const dataDir = join(home, 'data');
    const server = await startEmbedded({ dataDir, environment: { ...fromOneAddress, ...environment } });
    const random = new Random(seed);
    const network = hasNetwork ? await Network.before(server.url, () => random.next()) : null;
    const talk = new Talk(server, dataDir, join(home, 'ledgers'), network);
    mkdirSync(talk.ledgerFolder, { recursive: true });
    await talk.#gather();
    return talk;
  }

  /** kill -9 and a new process on the same data and port. */
  async restart(environment?: Settings): Promise<void> {
    await this.server.kill();
    this.server = await this.server.restart(environment);
  }

  /** @throws Error when it takes more than three minutes */
  async untilAccepted(count: number): Promise<void> {
    const until = performance.now() + acceptedWithinMs;
    while (this.accepted < count) {
      if (performance.now() > until) throw new Error(`${this.accepted} of ${count} sends were accepted in 3 minutes`);
      await sleep(1);
    }
  }

  /** One send by REST: `accepted` or the code of the refusal. */
  async tryToSend(text = 'is there room?'): Promise<string> {
    const params = { conversationId: this.#conversationId };
    const body = { clientMessageId: randomUUID(), content: { type: 'text.v1', text } };
    const token = this.#ann?.token ?? '';
    const answer = await call(this.server.url, messageCommandRoutes.sendMessage, { params, body, token });
    return answer.status < 300 ? 'accepted' : (answer.body as { code: string }).code;
  }

  /** A metric of the server that has no labels. */
  async figure(name: string): Promise<number> {
    const { all = '' } = await this.server.metrics();
    return Number(new RegExp(`^${name} (\\S+)`, 'm').exec(all)?.[1]);
  }

  /** Tokens of so many more people, each on a device: of this conversation, or of none. */
  async morePeople(count: number, are: 'members' | 'strangers'): Promise<readonly string[]> {
    const { url } = this.server;
    const tokens: string[] = [];
    while (tokens.length < count) {
      const length = Math.min(atOnce, count - tokens.length);
      const some = await Promise.all(Array.from({ length }, () => register(url, 'more')));
      tokens.push(...some.map(({ token }) => token));
      if (are === 'strangers') continue;
      await ask(url, conversationCommandRoutes.addMembers, {
        params: { conversationId: this.#conversationId },
        token: this.#ann?.token ?? '',
        body: { userIds: some.map(({ userId }) => userId) },
      });
    }
    return tokens;
  }

  /** What was begun is finished, and every device has everything or has had a minute for it. */
  async end(total: () => Promise<number>): Promise<void> {
    this.#over.abort();
    await Promise.all(this.#lanes);
    const messages = await total();
    const until = performance.now() + 60_000;
    const isThere = ({ entries }: Ledger): boolean =>
      entries.filter(({ event }) => event === 'received').length >= messages;
    while (!this.ledgers.every(isThere) && performance.now() < until) await sleep(100);
    await Promise.all(this.#clients.map((client) => client.close()));
    this.network?.close();
    for (const file of this.#files) file.end();
    await Promise.all(this.#files.map((file) => finished(file)));
  }

  async #gather(): Promise<void> {
    const { url } = this.server;
    const all = await Promise.all(Array.from({ length: people }, (_, n) => register(url, `person${n}`)));
    const [ann, ...others] = all as [Person, ...Person[]];
    this.#ann = ann;
    const { conversationId } = await ask(url, conversationCommandRoutes.startConversation, {
      token: ann.token,
      body: { kind: 'group', title: 'Under fire', memberIds: others.map(({ userId }) => userId) },
    });
    this.#conversationId = conversationId;
    for (const [n, person] of [...all, ann].entries()) this.#clients.push(await this.#device(n, person));
    for (const client of this.#clients) {
      for (let lane = 0; lane < lanesOfADevice; lane++) this.#lanes.push(this.#speak(client));
    }
  }

  async #device(n: number, { username }: Person): Promise<ParleyClient> {
    const ledger: Ledger = { name: `device-${n}`, entries: [] };
    const file = createWriteStream(join(this.ledgerFolder, `${ledger.name}.ndjson`));
    this.#files.push(file);
    const client = new ParleyClient({
      url: this.network?.url ?? this.server.url,
      pipeline: lanesOfADevice,
      connection: { backoffBaseMs: 20, backoffCapMs: 500 },
      record: (entry) => {
        ledger.entries.push(entry);
        file.write(ledgerLine(entry));
        if (entry.event === 'accepted') this.#noteAccepted();
      },
    });
    await client.logIn({ username, password, deviceName: ledger.name });
    await client.connect();
    this.ledgers.push(ledger);
    return client;
  }

  async #speak(client: ParleyClient): Promise<void> {
    for (let n = 0; !this.#over.signal.aborted; n++) {
      await client.send(this.#conversationId, `word ${n}`);
      await sleep(20);
    }
  }

  #noteAccepted(): void {
    this.accepted++;
    const now = performance.now();
    this.longestPauseMs = Math.max(this.longestPauseMs, now - this.#lastAcceptedAt);
    this.#lastAcceptedAt = now;
  }
}
