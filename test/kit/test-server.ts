import type { Settings } from './server-process.js';

export interface ServerOptions {
  /** Default: a new folder, removed by `dispose`. */
  readonly dataDir?: string;
  /** Settings by their full names, `PARLEY_…`; they win over the kit's own. */
  readonly environment?: Settings;
}

/** A whole Parley: a process of its own on a folder of its own, or a cluster that looks like one. */
export interface TestServer {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  /** `ws://127.0.0.1:port/v1/socket` */
  readonly socketUrl: string;
  readonly dataDir: string;
  /** `/metrics` of one process of each app, by the app. */
  metrics(): Promise<Readonly<Record<string, string>>>;
  /** For an operator's commands beside it. */
  readonly settings: Settings;
  /** Of what serves the url. */
  readonly pid: number;
  /** Everything written to standard error so far. */
  errorOutput(): string;
  /** SIGTERM, and SIGKILL after 15 s. Answers the exit code; null when it had to be killed. */
  stop(): Promise<number | null>;
  /** SIGKILL: as if the power went. */
  kill(): Promise<void>;
  /** New processes on the same data and the same url; the old ones must have ended. */
  restart(environment?: Settings): Promise<TestServer>;
  /** Ends it, whatever its state, and removes the data when the kit made the folder. */
  dispose(): Promise<void>;
}
