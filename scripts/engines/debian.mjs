// Programs from Debian packages without installing them: apt-get downloads the packages, dpkg-deb unpacks them into a
// folder, and the program finds its libraries there. Needs no root.
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onPath } from './path.mjs';
import { folder } from './layout.mjs';

const run = promisify(execFile);
const MINUTES_5 = 300_000;

/** Package lists of our own: those of the system may be missing, and only root may renew them. */
function ownLists(layout) {
  const state = folder(layout.packages, 'apt');
  folder(state, 'lists', 'partial');
  folder(state, 'archives', 'partial');
  return [
    ['Dir::State::lists', join(state, 'lists')],
    ['Dir::Cache', state],
    ['Dir::Cache::archives', join(state, 'archives')],
    ['APT::Sandbox::User', ''],
  ].flatMap(([key, value]) => ['-o', `${key}=${value}`]);
}

/** The packages that an installation would add to this machine: the wanted one and the libraries it lacks. */
async function packagesFor(wanted, lists) {
  const install = ['install', '--print-uris', '--yes', '--no-install-recommends', wanted];
  const { stdout } = await run('apt-get', [...lists, '-o', 'Debug::NoLocking=1', ...install], { timeout: MINUTES_5 });
  // Lines such as: 'http://…/haproxy_2.6.12-1_amd64.deb' haproxy_2.6.12-1_amd64.deb 2042596 MD5Sum:…
  return [...stdout.matchAll(/^'\S+' ([^_\s]+)_\S+\.deb /gm)].map(([, name]) => name);
}

async function download(layout, wanted, cwd, tell) {
  const load = async (lists) => {
    const packages = await packagesFor(wanted, lists);
    tell(`loading the Debian packages ${packages.join(', ')}`);
    await run('apt-get', [...lists, '-o', 'APT::Sandbox::User=', 'download', ...packages], { cwd, timeout: MINUTES_5 });
  };
  try {
    await load([]);
  } catch {
    tell('loading the lists of Debian packages');
    const lists = ownLists(layout);
    await run('apt-get', [...lists, 'update'], { cwd, timeout: MINUTES_5 });
    await load(lists);
  }
}

/** Folders of shared libraries below an unpacked package set, for LD_LIBRARY_PATH. */
function libraryFolders(root) {
  return ['usr/lib', 'lib']
    .map((name) => join(root, name))
    .filter((path) => existsSync(path))
    .flatMap((path) =>
      readdirSync(path, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => join(path, entry.name)),
    )
    .filter((path) => readdirSync(path).some((name) => name.includes('.so')));
}

/**
 * A program of a Debian package: the installed one, or the one out of the package, which is loaded on the first call.
 * @returns {Promise<{ command: string, env: Record<string, string> }>}
 * @throws Error where it is neither installed nor to be had.
 */
export async function debianProgram(layout, name, tell) {
  const installed = onPath(name);
  if (installed !== undefined) return { command: installed, env: {} };
  const root = join(layout.packages, name);
  if (!existsSync(root)) await unpack(layout, name, root, tell);
  const command = ['usr/bin', 'usr/sbin', 'bin', 'sbin'].map((path) => join(root, path, name)).find(existsSync);
  if (command === undefined) throw new Error(`the Debian package ${name} holds no program ${name}`);
  return { command, env: { LD_LIBRARY_PATH: libraryFolders(root).join(':') } };
}

/** Unpacked beside and renamed at the end, so that a folder that exists is whole. */
async function unpack(layout, name, target, tell) {
  const work = folder(layout.packages, `.${name}-${process.pid}`);
  try {
    await download(layout, name, work, tell);
    const unpacked = folder(work, 'unpacked');
    for (const file of readdirSync(work).filter((entry) => entry.endsWith('.deb'))) {
      await run('dpkg-deb', ['-x', join(work, file), unpacked]);
    }
    if (!existsSync(target)) renameSync(unpacked, target);
  } catch (error) {
    throw new Error(`${name} is not installed, and loading its package failed: ${error.stderr ?? error.message}`, {
      cause: error,
    });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
