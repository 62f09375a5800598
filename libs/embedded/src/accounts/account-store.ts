import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import type { Account, AccountStore, DeviceSession, NameClaim, RotateResult } from '@parley/ports';
import { post } from '../log/post.js';
import { workerEntry } from '../worker-entry.js';
import { openAccountFile } from './account-file.js';
import { accountOf, type AccountRow, sessionOf, type SessionRow } from './account-rows.js';
import type { AccountAnswer, AccountRequest } from './account-writer.worker.js';
import type { AccountWrite, AccountWriteResults, Rotation } from './account-writes.js';

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Accounts and sessions in one SQLite file. Reads take microseconds and are answered here; writes wait for the disk, so
 * they go to a thread of their own, started with the first of them, where those that come together commit together.
 */
export class SqliteAccountStore implements AccountStore {
  readonly #path: string;
  readonly #db: DatabaseSync;
  readonly #account: StatementSync;
  readonly #session: StatementSync;
  readonly #sessions: StatementSync;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | null = null;
  #nextId = 0;
  #closed = false;

  /** `path`: of accounts.db, which is made when it is not there. */
  constructor(path: string) {
    this.#path = path;
    this.#db = openAccountFile(path);
    this.#account = this.#db.prepare('SELECT * FROM accounts WHERE username = ?');
    this.#session = this.#db.prepare('SELECT * FROM sessions WHERE user_id = ? AND device_id = ?');
    this.#sessions = this.#db.prepare('SELECT * FROM sessions WHERE user_id = ? ORDER BY created_at, device_id');
  }

  createAccount(account: Account): Promise<boolean> {
    return this.#write({ type: 'create-account', account });
  }

  claimName(claim: NameClaim): Promise<string | null> {
    return this.#write({ type: 'claim-name', claim });
  }

  async findAccount(username: string): Promise<Account | null> {
    const row = this.#account.get(username) as AccountRow | undefined;
    return row === undefined ? null : accountOf(row);
  }

  async setPassword(userId: string, passwordHash: string): Promise<void> {
    await this.#write({ type: 'set-password', userId, passwordHash });
  }

  async createSession(session: DeviceSession): Promise<void> {
    await this.#write({ type: 'create-session', session });
  }

  rotate({ tokenHash, nextTokenHash, now, expiresAt }: Rotation): Promise<RotateResult> {
    return this.#write({ type: 'rotate', tokenHash, nextTokenHash, now, expiresAt });
  }

  async sessionsOf(userId: string): Promise<readonly DeviceSession[]> {
    return (this.#sessions.all(userId) as unknown as SessionRow[]).map(sessionOf);
  }

  async findSession(userId: string, deviceId: string): Promise<DeviceSession | null> {
    const row = this.#session.get(userId, deviceId) as SessionRow | undefined;
    return row === undefined ? null : sessionOf(row);
  }

  revokeSessions(userId: string, deviceId?: string): Promise<readonly string[]> {
    return this.#write({ type: 'revoke', userId, deviceId: deviceId ?? null });
  }

  /** Finishes the writes that were asked for. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const worker = this.#worker;
    if (worker !== null) {
      const exited = new Promise((resolve) => worker.once('exit', resolve));
      send(worker, 'close');
      await exited;
    }
    this.#db.close();
  }

  #write<W extends AccountWrite>(write: W): Promise<AccountWriteResults[W['type']]> {
    return new Promise((resolve, reject) => {
      if (this.#closed) throw new Error('the account store is closed');
      const id = this.#nextId++;
      this.#waiting.set(id, { resolve, reject });
      send((this.#worker ??= this.#start()), { id, write });
    });
  }

  #start(): Worker {
    const worker = new Worker(workerEntry(import.meta.url, './account-writer.worker.js'), {
      workerData: { path: this.#path },
      name: 'accounts',
    });
    worker.on('message', (answer: AccountAnswer) => this.#onAnswer(answer));
    worker.on('error', (error) => this.#abandon(error));
    worker.on('exit', () => this.#abandon(new Error('the thread that writes accounts has ended')));
    return worker;
  }

  #onAnswer(answer: AccountAnswer): void {
    if ('failed' in answer) {
      for (const id of answer.ids) this.#take(id)?.reject(new Error(answer.failed));
    } else {
      for (const { id, value } of answer.results) this.#take(id)?.resolve(value as never);
    }
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  /** Those that wait do not know their fate; the next write starts another thread. */
  #abandon(error: Error): void {
    this.#worker = null;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

const send = (worker: Worker, request: AccountRequest): void => post(worker, request);
