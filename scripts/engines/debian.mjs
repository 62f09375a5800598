// Programs from Debian packages without installing them: apt-get downloads the packages, dpkg-deb unpacks them into a
// folder, and the program finds its libraries there. Needs no root.
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
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

async function download(layout, packages, cwd) {
  try {
    await run('apt-get', ['-o', 'APT::Sandbox::User=', 'download', ...packages], { cwd, timeout: MINUTES_5 });
  } catch {
    const lists = ownLists(layout);
    await run('apt-get', [...lists, 'update'], { cwd, timeout: MINUTES_5 });
    await run('apt-get', [...lists, 'download', ...packages], { cwd, timeout: MINUTES_5 });
  }
}

/** Folders of shared libraries below an unpacked package set, for LD_LIBRARY_PATH. */
export function libraryFolders(root) {
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

/** The folder into which the packages are unpacked (`usr/bin/…`); loads them on the first call. */
export async function debianFolder(layout, name, packages, tell) {
  const target = join(layout.packages, name);
  if (existsSync(target)) return target;
  const work = folder(layout.packages, `.${name}-${process.pid}`);
  tell(`loading the Debian packages ${packages.join(', ')}`);
  try {
    await download(layout, packages, work);
    const unpacked = folder(work, 'unpacked');
    for (const file of readdirSync(work).filter((entry) => entry.endsWith('.deb'))) {
      await run('dpkg-deb', ['-x', join(work, file), unpacked]);
    }
    if (!existsSync(target)) renameSync(unpacked, target);
  } catch (error) {
    throw new Error(
      `${packages[0]} is not installed, and loading its package failed: ${error.stderr ?? error.message}`,
      {
        cause: error,
      },
    );
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return target;
}
