import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ParleyConfig } from '@parley/platform';
import { operationsRoutes } from '@parley/protocol';

/** Where a running server tells local commands how to reach it. */
export interface RunningServer {
  readonly pid: number;
  readonly url: string;
  readonly startedAt: string;
}

const serverFile = (dataDir: string): string => join(dataDir, 'server.json');

/** Makes the folder, for its owner's eyes only. */
export function prepareDataFolder(dataDir: string): void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
}

/** The configured secret, or the one of this folder, made at the first start. */
export function loadSecret(config: ParleyConfig): Uint8Array {
  if (config.secret !== '') return Buffer.from(config.secret);
  const path = join(config.dataDir, 'secret');
  if (!existsSync(path)) {
    const temporary = `${path}.new`;
    writeFileSync(temporary, randomBytes(32).toString('base64url'), { mode: 0o600, flush: true });
    renameSync(temporary, path);
  }
  chmodSync(path, 0o600);
  return Buffer.from(readFileSync(path, 'utf8').trim());
}

export function announceServer(dataDir: string, server: RunningServer): void {
  writeFileSync(serverFile(dataDir), JSON.stringify(server), { mode: 0o600 });
}

export function withdrawServer(dataDir: string): void {
  rmSync(serverFile(dataDir), { force: true });
}

/** How long a busy server may take to say that it lives. */
const answersWithinMs = 3_000;

/** The server that runs on this folder now, or null: what a killed one left behind may name a process of today. */
export async function findServer(dataDir: string): Promise<RunningServer | null> {
  if (!existsSync(serverFile(dataDir))) return null;
  const server = JSON.parse(readFileSync(serverFile(dataDir), 'utf8')) as RunningServer;
  try {
    process.kill(server.pid, 0);
    const { path } = operationsRoutes.livez;
    const answer = await fetch(server.url + path, { signal: AbortSignal.timeout(answersWithinMs) });
    return answer.ok ? server : null;
  } catch {
    return null;
  }
}
