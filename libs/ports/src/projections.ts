import type { ParkedPage, ParkedRecord } from './parked-events.js';

/** Operating the projections: how far they are, rebuilding them, and events that could not be applied. */
export const projectionNames = ['history', 'inbox', 'membership', 'watermarks', 'search', 'people'] as const;
export type ProjectionName = (typeof projectionNames)[number];

/** What deliveries and cursors depend on: projected side by side, by one group of consumers. */
export const timelineProjections = [
  'history',
  'inbox',
  'membership',
  'watermarks',
  'people',
] as const satisfies ProjectionName[];

export interface ProjectionStatus {
  readonly name: ProjectionName;
  /** Of the code that builds it; another version is rebuilt beside the old one. */
  readonly version: number;
  readonly position: number;
  /** Events of the log not yet applied, where there are many about so many; null while nobody can tell. */
  readonly lag: number | null;
  /** Events that could not be applied. Of very many as many as can be counted at little cost. */
  readonly parked: number;
  /** Bytes on disk. */
  readonly bytes: number;
  readonly state: 'live' | 'catching-up' | 'rebuilding' | 'failed';
  readonly error?: string;
}

export interface RebuildProgress {
  readonly projection: ProjectionName;
  readonly done: number;
  readonly total: number;
  readonly eventsPerSecond: number;
  readonly secondsLeft: number | null;
}

/** Old and new compared row by row at the same position. */
export interface ParityReport {
  readonly projection: ProjectionName;
  readonly rows: number;
  readonly onlyInOld: number;
  readonly onlyInNew: number;
  readonly different: number;
  /** The first few differences. */
  readonly examples: readonly {
    readonly table: string;
    readonly key: string;
    readonly old: string | null;
    readonly new: string | null;
  }[];
  readonly switched: boolean;
}

export type ParkedEvent = ParkedRecord & { readonly projection: ProjectionName };

export interface ProjectionAdmin {
  /** true: of all processes of a deployment, whichever is asked. */
  readonly shared?: boolean;
  status(): Promise<readonly ProjectionStatus[]>;
  /** Builds a new one beside the old, catches up, compares, switches while serving. One at a time. */
  rebuild(name: ProjectionName, onProgress: (progress: RebuildProgress) => void): Promise<ParityReport>;
  /** By projection and position; of each projection a page. */
  parked(name?: ProjectionName, page?: ParkedPage): Promise<readonly ParkedEvent[]>;
  /** Applies a parked event again; true when it went through and is no longer parked. */
  retryParked(name: ProjectionName, position: number): Promise<boolean>;
}
