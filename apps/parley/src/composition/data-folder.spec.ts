import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { announceServer, findServer, type RunningServer, withdrawServer } from './data-folder.js';

let folder: string;
let http: Server;
let here: RunningServer;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'parley-test-'));
  http = createServer((request, response) => response.writeHead(request.url === '/livez' ? 200 : 404).end());
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  here = { pid: process.pid, url, startedAt: new Date().toISOString() };
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  http.closeAllConnections();
  await new Promise((resolve) => http.close(resolve));
});

it('finds the server that runs on the folder, until it withdraws', async () => {
  expect(await findServer(folder)).toBeNull();
  announceServer(folder, here);
  expect(await findServer(folder)).toEqual(here);
  withdrawServer(folder);
  expect(await findServer(folder)).toBeNull();
});

it('does not believe what a killed server left behind, though another process has its number', async () => {
  announceServer(folder, here);
  http.closeAllConnections();
  await new Promise((resolve) => http.close(resolve));
  expect(await findServer(folder)).toBeNull();
});
