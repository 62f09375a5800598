// Types of the launcher for tests, which are TypeScript.

export type EngineName = 'kafka' | 'cassandra' | 'elasticsearch' | 'redis';

export interface Places {
  /** Data, logs and process records; default ENGINES_HOME or `.engines` of the repository. */
  readonly home?: string;
  /** Jars and unpacked packages; default ENGINES_PACKAGES or `.engines/packages` of the repository. */
  readonly packages?: string;
}

export interface UpOptions extends Places {
  readonly only?: readonly EngineName[];
  /** Of the engines that can have several: Kafka and Cassandra. */
  readonly nodes?: 1 | 3;
  readonly freePorts?: boolean;
  readonly portOffset?: number;
  /** A proxy in front of each node, whose address is given out. */
  readonly proxied?: boolean;
  /** Data on a disk in memory of that size; needs root, gone after `down`. */
  readonly smallDiskMiB?: number;
  readonly clean?: boolean;
  readonly ignoreMemory?: boolean;
  readonly javaOptions?: readonly string[];
  readonly tell?: (line: string) => void;
}

export interface NodeStatus {
  readonly name: string;
  /** `host:port` for clients. */
  readonly address: string;
  /** Its process lives. */
  readonly alive: boolean;
  /** It answers over its own protocol. */
  readonly ready: boolean;
  readonly residentMiB: number;
}

/** Starts engines side by side; rejects with an AggregateError, one error an engine that did not start. */
export function up(options?: UpOptions): Promise<Record<string, string>>;
/** Stops engines in order; resolves with the names of those that were up. */
export function down(options?: Places & { readonly only?: readonly EngineName[] }): Promise<string[]>;
export function environment(places?: Places): Record<string, string>;
export function status(places?: Places): Promise<NodeStatus[]>;

/** `node` names one member of a ring; without it all are meant. */
export type Where = Places & { readonly node?: number };

/** Faults of an engine that is up, each reversible; see faults.mjs. */
export namespace faults {
  function stop(name: EngineName, where?: Where): Promise<void>;
  function kill(name: EngineName, where?: Where): Promise<void>;
  function start(name: EngineName, where?: Where): Promise<void>;
  function freeze(name: EngineName, where?: Where): Promise<void>;
  function thaw(name: EngineName, where?: Where): Promise<void>;
  function slow(name: EngineName, milliseconds: number, where?: Where): Promise<void>;
  function cut(name: EngineName, where?: Where): Promise<void>;
  function blackHole(name: EngineName, where?: Where): Promise<void>;
  function heal(name: EngineName, where?: Where): Promise<void>;
  function fillDisk(name: EngineName, where?: Where): Promise<void>;
  function freeDisk(name: EngineName, where?: Where): Promise<void>;
}

/** A folder on a disk in memory that can be full; as root. See small-disks.mjs. */
export namespace smallDisks {
  function mountSmallDisk(path: string, sizeMiB: number): Promise<void>;
  function unmountSmallDisk(path: string): Promise<void>;
  /** Leaves not a byte free; returns the MiB written. */
  function fill(path: string): number;
  function empty(path: string): void;
}

/** The network in front of a server, in the hands of a test. See tcp-proxy.mjs. */
export class TcpProxy {
  constructor(listen: { host: string; port: number }, target: { host: string; port: number });
  open(): Promise<void>;
  behave(behaviour: { mode: 'pass' | 'cut' | 'hold'; delayMs?: number }): Promise<void>;
  close(): Promise<void>;
}
