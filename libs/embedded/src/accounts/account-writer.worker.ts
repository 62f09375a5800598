import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { post } from '../log/post.js';
import { openAccountFile } from './account-file.js';
import { type AccountWrite, AccountWrites } from './account-writes.js';

/** To this thread: numbered writes, or `close`. */
export type AccountRequest = { readonly id: number; readonly write: AccountWrite } | 'close';
/** From it, once durable: results by number, or why all of these failed. */
export type AccountAnswer =
  | { readonly results: readonly { readonly id: number; readonly value: unknown }[] }
  | { readonly failed: string; readonly ids: readonly number[] };

/** Writes in one transaction. */
const maxGroup = 256;

const { path } = workerData as { readonly path: string };
const main = parentPort as MessagePort;
const db = openAccountFile(path);
const writes = new AccountWrites(db);

/** What came while the last commit went to the disk is the next one. */
main.on('message', (first: AccountRequest) => {
  let group: Exclude<AccountRequest, 'close'>[] = [];
  for (let request: AccountRequest | undefined = first; request !== undefined; request = next()) {
    if (request === 'close') {
      commit(group);
      db.close();
      main.close();
      return;
    }
    group.push(request);
    if (group.length === maxGroup) {
      commit(group);
      group = [];
    }
  }
  commit(group);
});

const next = (): AccountRequest | undefined => receiveMessageOnPort(main)?.message as AccountRequest | undefined;

function commit(group: readonly Exclude<AccountRequest, 'close'>[]): void {
  if (group.length === 0) return;
  try {
    db.exec('BEGIN IMMEDIATE');
    const results = group.map(({ id, write }) => ({ id, ...writes.apply(write) }));
    db.exec('COMMIT');
    answer({ results });
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    answer({ failed: error instanceof Error ? error.message : String(error), ids: group.map(({ id }) => id) });
  }
}

const answer = (message: AccountAnswer): void => post(main, message);
