import { EventLogUnusable } from '../log/log-file.js';
import type { HistoryReader, InboxReader, MembershipReader, WatermarkReader } from '@parley/ports';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SqliteHistoryReader } from './history/history-reader.js';
import { SqliteInboxReader } from './inbox/inbox-reader.js';
import { SqliteMembershipReader } from './membership/membership-reader.js';
import { ReadFiles } from './reading/read-files.js';
import { SearchDocuments } from '../search/search-documents.js';
import { SqliteWatermarkReader } from './watermarks/watermark-reader.js';

/** What another process, or nobody, projects in a folder. */
export interface OpenReadModels {
  readonly history: HistoryReader;
  readonly inbox: InboxReader;
  readonly membership: MembershipReader;
  readonly watermarks: WatermarkReader;
  /** Of the generation that serves; null: there is none yet. */
  search(): Promise<SearchDocuments | null>;
  /**
   * Everything up to here is in all of these; more may be, as events that concern none of its rows move no checkpoint on
   * the disk. Another generation that serves by now is read from this call on.
   */
  projectedTo(): Promise<number>;
  close(): void;
}

const together = ['history', 'inbox', 'membership', 'watermarks'] as const;

/** Reads the rows of a folder beside whoever writes them. @throws EventLogUnusable when nothing was ever projected there */
export function openReadModels(dataDir: string): OpenReadModels {
  const folder = join(dataDir, 'read');
  if (!existsSync(folder)) throw new EventLogUnusable(`nothing was projected in ${dataDir} yet: start the server once`);
  // Whatever is there: how far all of them are is known only to whoever projects.
  const files = new ReadFiles(folder, () => Number.MAX_SAFE_INTEGER);
  let search: { readonly path: string; readonly documents: SearchDocuments } | null = null;
  const searchNow = (): SearchDocuments | null => {
    const path = files.path('search');
    if (path !== search?.path) {
      search?.documents.close();
      search = path === null || !existsSync(path) ? null : { path, documents: new SearchDocuments(path) };
    }
    return search?.documents ?? null;
  };
  const position = (): number =>
    files
      .open(...together)
      .snapshot(together, () =>
        Math.min(
          ...together.map(
            (name) => files.open().get<{ position: number }>(`SELECT position FROM ${name}.progress`)?.position ?? 0,
          ),
        ),
      );
  return {
    history: new SqliteHistoryReader(files),
    inbox: new SqliteInboxReader(files),
    membership: new SqliteMembershipReader(files),
    watermarks: new SqliteWatermarkReader(files),
    projectedTo() {
      files.renew();
      return Promise.resolve(Math.min(position(), searchNow()?.position() ?? 0));
    },
    search: () => Promise.resolve(searchNow()),
    close: () => {
      search?.documents.close();
      files.close();
    },
  };
}
