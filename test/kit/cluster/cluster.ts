import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ServerProcess, type Settings, startProcess } from '../server-process.js';

export type App = 'command-api' | 'projector' | 'gateway';

export interface ClusterOptions {
  /** Where the engines are: `PARLEY_EVENTSTORE_URL` and so on; whatever else every process is told. */
  readonly settings: Settings;
  /** Folder for what each process keeps beside the engines. */
  readonly directory: string;
  /** Processes of each app. Default: two. */
  readonly processes?: Partial<Readonly<Record<App, number>>>;
  /** Told as each process is ready. */
  readonly tell?: (line: string) => void;
}

/** One process of the cluster: it can be killed and started again while the others go on. */
export interface Member {
  readonly app: App;
  /** From 1, among those of its app. */
  readonly number: number;
  /** The process as it is now; another one after a restart. */
  readonly server: ServerProcess;
  readonly settings: Settings;
  /** SIGTERM; answers the exit code. */
  stop(): Promise<number | null>;
  kill(): Promise<void>;
  /** After `stop` or `kill`: a new process at the same address, told these settings as well. */
  start(settings?: Settings): Promise<void>;
  /** SIGSTOP and SIGCONT. */
  freeze(): void;
  thaw(): void;
}

export interface Cluster {
  readonly members: readonly Member[];
  of(app: App): readonly Member[];
  /** `host:port` of every gateway. */
  readonly gateways: readonly string[];
  /** What they are told, as far as it is the same for all. */
  readonly settings: Settings;
  /** Ends all in good order: gateways first. */
  stop(): Promise<void>;
  /** SIGKILL to all. */
  dispose(): Promise<void>;
}

/** With engines that are warm; more where the machine is busy. */
const readyWithinMs = 180_000;

const inOrder: readonly App[] = ['command-api', 'projector', 'gateway'];

/** Starts all processes side by side; each is ready when this resolves. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const secret = secretIn(options.directory);
  const settings = { PARLEY_SECRET: secret, ...options.settings };
  const members: ClusterMember[] = [];
  for (const app of inOrder) {
    for (let number = 1; number <= (options.processes?.[app] ?? 2); number++) {
      const dataDir = join(options.directory, `${app}-${number}`);
      // For an operator's commands that are told this folder only.
      keepSecret(dataDir, settings.PARLEY_SECRET);
      const own = { ...settings, PARLEY_APPS: app, PARLEY_DATA_DIR: dataDir };
      members.push(new ClusterMember(app, number, own));
    }
  }
  const dispose = async (): Promise<void> => void (await Promise.all(members.map((member) => member.kill())));
  try {
    await Promise.all(
      members.map(async (member) => {
        await member.start();
        options.tell?.(`${member.app} ${member.number} is ready at ${member.server.url}`);
      }),
    );
  } catch (error) {
    await dispose();
    throw error;
  }
  const of = (app: App): readonly ClusterMember[] => members.filter((member) => member.app === app);
  return {
    members,
    of,
    gateways: of('gateway').map(({ server }) => new URL(server.url).host),
    settings,
    async stop() {
      for (const app of inOrder.toReversed()) await Promise.all(of(app).map((member) => member.stop()));
    },
    dispose,
  };
}

/** The secret that all processes share, kept for the next start: tokens outlive a restart. */
function secretIn(directory: string): string {
  const file = join(directory, 'secret');
  if (!existsSync(file)) keepSecret(directory, randomBytes(32).toString('base64url'));
  return readFileSync(file, 'utf8');
}

function keepSecret(directory: string, secret: string): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'secret'), secret, { mode: 0o600 });
}

class ClusterMember implements Member {
  #server: ServerProcess | null = null;
  #runs = false;

  constructor(
    readonly app: App,
    readonly number: number,
    readonly settings: Settings,
  ) {}

  get server(): ServerProcess {
    if (this.#server === null) throw new Error(`${this.app} ${this.number} was never started`);
    return this.#server;
  }

  async start(settings: Settings = {}): Promise<void> {
    if (this.#runs) return;
    const port = this.#server === null ? '0' : new URL(this.#server.url).port;
    const all = { ...this.settings, PARLEY_PORT: port, ...settings };
    this.#server = await startProcess({ settings: all, readyWithinMs });
    this.#runs = true;
  }

  async stop(): Promise<number | null> {
    if (!this.#runs) return 0;
    this.#runs = false;
    return this.server.stop();
  }

  async kill(): Promise<void> {
    this.#runs = false;
    await this.#server?.kill();
  }

  freeze(): void {
    process.kill(this.server.pid, 'SIGSTOP');
  }

  thaw(): void {
    process.kill(this.server.pid, 'SIGCONT');
  }
}
