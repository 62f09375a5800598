import { type CassandraClient, CassandraBuildRegistry, connectCassandra } from '@parley/cassandra';
import { openEventStoreLog } from '@parley/eventstore';
import { createLogger, newId } from '@parley/platform';
import type { BuildPhase, ProjectionName } from '@parley/ports';
import { adminRoutes, messageCommandRoutes, type RebuildLine, searchRoutes } from '@parley/protocol';
import { vi } from 'vitest';
import { LogFiller } from '../../bench/prefill/log-filler.js';
import { randomOf } from '../../bench/prefill/random.js';
import type { Member } from '../../kit/cluster/cluster.js';
import { type ClusterServer, startClusterServer } from '../../kit/cluster/cluster-server.js';
import { nothingComesTwice } from '../../kit/nothing-comes-twice.js';
import { operatorToken } from '../../kit/operator.js';
import { type Person, register } from '../../kit/people.js';
import { ask, call } from '../../kit/rest.js';

/** Found by nothing else that anybody says. */
export const marker = 'quetzalcoatlus';
export const marked = 12;

const settings = {
  PARLEY_LOG_LEVEL: 'info',
  PARLEY_PASSWORD_COST: '10',
  PARLEY_REQUESTS_PER_MINUTE_USER: '1000000',
  PARLEY_REQUESTS_PER_MINUTE_ADDRESS: '10000000',
  PARLEY_CREDENTIALS_PER_MINUTE: '1000000',
};

/** A cluster with a past: two processes of each app, people, and conversations that are long enough to take a while. */
export class RebuildScene {
  private constructor(
    readonly server: ClusterServer,
    readonly cassandra: CassandraClient,
    readonly people: readonly Person[],
    readonly conversations: readonly string[],
    readonly token: string,
    readonly seed: number,
  ) {}

  static async open(messages: number): Promise<RebuildScene> {
    const seed = Number(process.env['PARLEY_TEST_SEED'] ?? Date.now() % 1_000_000);
    const server = await startClusterServer({ environment: settings, processes: { 'command-api': 1 } });
    try {
      const { url } = server;
      // A cluster that has just begun may refuse: everybody is refused who cannot be served in time.
      const joined = (name: string) => vi.waitFor(() => register(url, name), { timeout: 60_000, interval: 500 });
      const people: Person[] = [];
      for (const name of ['ann', 'bob', 'cyd', 'dan', 'eve']) people.push(await joined(name));
      const conversations = Array.from({ length: 6 }, () => newId('cnv'));
      await fill(server, conversations, people, messages, seed);
      const token = await operatorToken(server.settings, ['admin']);
      const logger = createLogger('silent');
      const cassandra = await connectCassandra({ url: server.settings['PARLEY_CASSANDRA_URL'] ?? '', logger });
      const scene = new RebuildScene(server, cassandra, people, conversations, token, seed);
      await scene.untilQuiet();
      await scene.#mark();
      return scene;
    } catch (error) {
      await server.dispose().catch(() => undefined);
      throw error;
    }
  }

  get projectors(): readonly Member[] {
    return this.server.cluster.of('projector');
  }

  /** Of each gateway by itself: one never shows less than it did, two need not be equally far. */
  get gateways(): readonly string[] {
    return this.server.cluster.gateways.map((host) => `http://${host}`);
  }

  builds(): CassandraBuildRegistry {
    return new CassandraBuildRegistry(this.cassandra);
  }

  status() {
    return ask(this.server.url, adminRoutes.listProjections, { token: this.token }).then(({ data }) => data);
  }

  /** Everything that was written is projected by processes that are in order. */
  async untilQuiet(): Promise<void> {
    const quiet = async (): Promise<void> => {
      const behind = (await this.status()).filter(({ lag, state }) => lag !== 0 || state !== 'live');
      if (behind.length > 0) throw new Error(`not quiet: ${JSON.stringify(behind)}`);
    };
    await vi.waitFor(quiet, { timeout: 90_000, interval: 300 });
  }

  /** As the command line does it. @throws Error with what the server said */
  async rebuild(name: ProjectionName): Promise<Extract<RebuildLine, { type: 'report' }>> {
    const path = `/v1/admin/projections/${name}/rebuild`;
    const headers = { Authorization: `Bearer ${this.token}` };
    const answer = await fetch(this.server.url + path, { method: 'POST', headers });
    const lines = (await answer.text()).trim().split('\n');
    const last = JSON.parse(lines.at(-1) ?? '{}') as RebuildLine;
    if (last.type !== 'report') throw new Error(`${name}: ${lines.at(-1)}`);
    return last;
  }

  /** The projector that builds, once the build of this projection is in the phase: it says so when it begins. */
  builderOf(name: ProjectionName, phase: BuildPhase, after: ReadonlyMap<Member, number>): Promise<Member> {
    const builds = this.builds();
    const said = (member: Member): string => member.server.errorOutput().slice(after.get(member) ?? 0);
    const builder = async (): Promise<Member> => {
      const build = await builds.current();
      if (build?.projection !== name || build.phase !== phase) throw new Error(`${build?.projection} ${build?.phase}`);
      const building = this.projectors.find((member) => said(member).includes('builds a projection anew'));
      if (building === undefined) throw new Error(`nobody says that they build ${name}`);
      return building;
    };
    return vi.waitFor(builder, { timeout: 60_000, interval: 10 });
  }

  /** How much each projector has said so far. */
  saidSoFar(): ReadonlyMap<Member, number> {
    return new Map(this.projectors.map((member) => [member, member.server.errorOutput().length]));
  }

  async close(): Promise<void> {
    await this.cassandra.close();
    await this.server.dispose();
  }

  async #mark(): Promise<void> {
    const [person] = this.people;
    for (let n = 0; n < marked; n++) {
      const conversationId = this.conversations[n % this.conversations.length] ?? '';
      const content = { type: 'text.v1', text: `${marker} ${n}` };
      await call(this.server.url, messageCommandRoutes.sendMessage, {
        params: { conversationId },
        body: { clientMessageId: `m${n}`, content },
        token: person?.token,
      });
    }
    const found = async (): Promise<void> => {
      const query = { query: marker, limit: 50 };
      const { data } = await ask(this.server.url, searchRoutes.search, { query, token: person?.token });
      if (data.length !== marked) throw new Error(`${data.length} found`);
    };
    await vi.waitFor(found, { timeout: 30_000, interval: 300 });
  }
}

/** As the write side would have written it, long ago. */
async function fill(
  server: ClusterServer,
  conversations: readonly string[],
  people: readonly Person[],
  messages: number,
  seed: number,
): Promise<void> {
  const url = server.settings['PARLEY_EVENTSTORE_URL'] ?? '';
  const log = await openEventStoreLog({ url, index: nothingComesTwice, logger: createLogger('silent') });
  try {
    const filler = new LogFiller(log, randomOf(seed), Date.UTC(2025, 0, 1));
    const members = people.map(({ userId }) => userId);
    for (const conversationId of conversations) await filler.start(conversationId, members);
    for (let said = 0; said < messages; said += 200 * conversations.length) {
      for (const id of conversations) {
        await filler.talk(id, 200);
        await filler.finish();
      }
    }
  } finally {
    await log.close();
  }
}
