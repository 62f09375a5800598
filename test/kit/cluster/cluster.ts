import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type ServerOptions, startServer, type TestServer } from '../server.js';

export type App = 'command-api' | 'projector' | 'gateway';

/** Where the engines are, by the names of the settings: `PARLEY_EVENTSTORE_URL` and so on. */
export type EngineSettings = Readonly<Record<string, string>>;

export interface ClusterOptions {
  readonly engines: EngineSettings;
  /** Folder for what each process keeps beside the engines. */
  readonly directory: string;
  /** Processes of each app. Default: two. */
  readonly processes?: Partial<Readonly<Record<App, number>>>;
  /** More settings of every process. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Told as each process is ready. */
  readonly tell?: (line: string) => void;
}

/** One process of the cluster: it can be killed and started again while the others go on. */
export interface Member {
  readonly app: App;
  /** From 1, among those of its app. */
  readonly number: number;
  /** The process as it is now; another one after a restart. */
  readonly server: TestServer;
  /** SIGTERM; answers the exit code. */
  stop(): Promise<number | null>;
  kill(): Promise<void>;
  /** After `stop` or `kill`: a new process at the same address. */
  start(): Promise<void>;
  /** SIGSTOP and SIGCONT. */
  freeze(): void;
  thaw(): void;
}

export interface Cluster {
  readonly members: readonly Member[];
  of(app: App): readonly Member[];
  /** `host:port` of every gateway. */
  readonly gateways: readonly string[];
  /** Ends all in good order: gateways first. */
  stop(): Promise<void>;
  /** SIGKILL to all. */
  dispose(): Promise<void>;
}

/** With engines that are warm; more where the machine is busy. */
const readyWithinMs = 90_000;

const inOrder: readonly App[] = ['command-api', 'projector', 'gateway'];

/** Starts all processes side by side; each is ready when this resolves. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const secret = randomBytes(32).toString('base64url');
  const members: ClusterMember[] = [];
  for (const app of inOrder) {
    for (let number = 1; number <= (options.processes?.[app] ?? 2); number++) {
      const dataDir = join(options.directory, `${app}-${number}`);
      mkdirSync(dataDir, { recursive: true });
      const environment = { PARLEY_SECRET: secret, ...options.engines, ...options.environment, PARLEY_APPS: app };
      members.push(new ClusterMember(app, number, { dataDir, environment, readyWithinMs }));
    }
  }
  try {
    await Promise.all(
      members.map(async (member) => {
        await member.start();
        options.tell?.(`${member.app} ${member.number} is ready at ${member.server.url}`);
      }),
    );
  } catch (error) {
    await Promise.all(members.map((member) => member.dispose()));
    throw error;
  }
  const of = (app: App): readonly ClusterMember[] => members.filter((member) => member.app === app);
  return {
    members,
    of,
    gateways: of('gateway').map(({ server }) => new URL(server.url).host),
    async stop() {
      for (const app of inOrder.toReversed()) await Promise.all(of(app).map((member) => member.stop()));
    },
    async dispose() {
      await Promise.all(members.map((member) => member.dispose()));
    },
  };
}

class ClusterMember implements Member {
  #server: TestServer | null = null;
  #runs = false;

  constructor(
    readonly app: App,
    readonly number: number,
    private readonly options: ServerOptions,
  ) {}

  get server(): TestServer {
    if (this.#server === null) throw new Error(`${this.app} ${this.number} was never started`);
    return this.#server;
  }

  async start(): Promise<void> {
    if (this.#runs) return;
    this.#server = this.#server === null ? await startServer(this.options) : await this.#server.restart();
    this.#runs = true;
  }

  async stop(): Promise<number | null> {
    if (!this.#runs) return 0;
    this.#runs = false;
    return this.server.stop();
  }

  async kill(): Promise<void> {
    this.#runs = false;
    await this.server.kill();
  }

  freeze(): void {
    process.kill(this.server.pid, 'SIGSTOP');
  }

  thaw(): void {
    process.kill(this.server.pid, 'SIGCONT');
  }

  async dispose(): Promise<void> {
    this.#runs = false;
    await this.#server?.dispose();
  }
}
