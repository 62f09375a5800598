import type { LaneStatus, ProjectionName } from '@parley/ports';
import type { HeadSignal } from '../../log/head-signal.js';
import type { PostedBatch } from './batch-post.js';

/** What a projecting thread is started with. */
interface ThreadStart {
  readonly dataDir: string;
  /** URL of the module that exports `projector`. */
  readonly projector: string;
  readonly signal: HeadSignal | null;
}

export interface ProjectionThreadStart extends ThreadStart {
  readonly only: readonly ProjectionName[];
  /** See Credit. */
  readonly credit: SharedArrayBuffer;
}

export interface RebuildThreadStart extends ThreadStart {
  readonly name: ProjectionName;
  /** The new one. */
  readonly generation: number;
}

/** What the main thread may ask of the projecting one. */
export interface ThreadCalls {
  status(): readonly LaneStatus[];
  retryParked(name: ProjectionName, position: number): Promise<boolean>;
  saveCheckpoint(name: ProjectionName): Promise<number>;
  switchGeneration(name: ProjectionName, generation: number): Promise<void>;
  stop(): Promise<void>;
}

export interface ThreadCall {
  readonly id: number;
  readonly method: keyof ThreadCalls;
  readonly values: readonly (string | number)[];
}

export type ThreadMessage =
  | { readonly type: 'ready'; readonly position: number }
  | { readonly type: 'caught-up' }
  | { readonly type: 'batch'; readonly batch: PostedBatch }
  /** Message search has it too. */
  | { readonly type: 'applied'; readonly position: number }
  | { readonly type: 'status'; readonly status: readonly LaneStatus[] }
  /** Another generation serves: readers must open it before they see another batch. */
  | { readonly type: 'switched'; readonly name: ProjectionName }
  | { readonly type: 'answer'; readonly id: number; readonly value?: unknown; readonly error?: string };

export type RebuildMessage =
  | { readonly type: 'progress'; readonly done: number; readonly total: number }
  /** Built; about to be compared. */
  | { readonly type: 'built'; readonly position: number }
  | { readonly type: 'compared'; readonly report: TableDifferences }
  | { readonly type: 'failed'; readonly error: string };

export interface TableDifferences {
  readonly rows: number;
  readonly onlyInOld: number;
  readonly onlyInNew: number;
  readonly different: number;
  readonly examples: readonly {
    readonly table: string;
    readonly key: string;
    readonly old: string | null;
    readonly new: string | null;
  }[];
}
