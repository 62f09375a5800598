// Java servers are ordinary artifacts on Maven Central: Maven resolves them, with all they need, into one folder each.
import { spawn } from 'node:child_process';
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { folder } from './layout.mjs';
import { javaHome } from './java.mjs';
import { onPath } from './path.mjs';

const PROGRESS_MS = 3_000;
const PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1';

const tag = (name, text) => `<${name}>${text}</${name}>`;
const artifact = (coordinates) => {
  const [groupId, artifactId, version] = coordinates.split(':');
  const parts = [tag('groupId', groupId), tag('artifactId', artifactId)];
  return version === undefined ? parts.join('') : [...parts, tag('version', version)].join('');
};

/** A project that only lists dependencies. */
function pom({ name, artifacts, pinned = [], excluded = [], type = 'jar' }) {
  const exclusions = tag('exclusions', excluded.map((pattern) => tag('exclusion', artifact(pattern))).join(''));
  const dependency = (each) => tag('dependency', `${artifact(each)}${tag('type', type)}${exclusions}`);
  const pin = (each) => tag('dependency', artifact(each));
  return [
    '<project xmlns="http://maven.apache.org/POM/4.0.0">',
    tag('modelVersion', '4.0.0'),
    artifact(`parley.engines:${name}:1`),
    tag('packaging', 'pom'),
    tag('dependencyManagement', tag('dependencies', pinned.map(pin).join(''))),
    tag('dependencies', artifacts.map(dependency).join('')),
    '</project>',
  ].join('\n');
}

/** Runs Maven, calling `onDownload` for each file that comes from the network. */
async function maven(args, onDownload) {
  const child = spawn(onPath('mvn'), ['-B', '-Dstyle.color=never', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, JAVA_HOME: await javaHome() },
  });
  const lines = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      const size = /Downloaded from .*\.(?:jar|zip) \(([\d.]+) (k|M)?B/.exec(line);
      if (size !== null) onDownload(Number(size[1]) * ({ k: 1 / 1024, M: 1 }[size[2]] ?? 0));
      lines.push(line);
      if (lines.length > 200) lines.shift();
    });
  }
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code === 0) return;
  const errors = lines.filter((line) => line.includes('[ERROR]'));
  throw new Error(`Maven failed:\n${(errors.length > 0 ? errors : lines).slice(0, 12).join('\n')}`);
}

/** Maven writes to one local repository for all: one run after the other. */
let turn = Promise.resolve();

function inTurn(work) {
  const result = turn.then(work);
  turn = result.catch(() => {});
  return result;
}

/**
 * The folder with the resolved files; loads them on the first call. Resolved beside and renamed at the end, so that a
 * folder that exists is whole, also when two do it at once.
 * @param {{ name: string, artifacts: string[], pinned?: string[], excluded?: string[], type?: 'jar' | 'zip' }} set
 *   `pinned` and `artifacts` are group:artifact:version, `excluded` group:artifact (with `*`); zips are unpacked.
 * @param {(line: string) => void} tell
 */
export async function mavenFolder(layout, set, tell) {
  const target = join(layout.packages, set.name);
  if (!existsSync(target)) await inTurn(() => load(layout, set, target, tell));
  return target;
}

async function load(layout, set, target, tell) {
  const work = folder(layout.packages, `.${set.name}-${process.pid}`);
  const project = join(work, 'pom.xml');
  writeFileSync(project, pom(set));
  const began = Date.now();
  let files = 0;
  let mib = 0;
  let told = 0;
  tell('loading from Maven Central what is not in the local repository');
  const progress = setInterval(() => {
    if (files > told) tell(`loaded ${mib.toFixed(0)} MiB in ${files} files so far`);
    told = files;
  }, PROGRESS_MS);
  try {
    const goal = set.type === 'zip' ? 'unpack-dependencies' : 'copy-dependencies';
    const out = [`-DoutputDirectory=${join(work, 'files')}`, `-DmarkersDirectory=${join(work, 'markers')}`];
    await maven(['-f', project, `${PLUGIN}:${goal}`, '-DincludeScope=runtime', ...out], (size) => {
      files += 1;
      mib += size;
    });
    if (!existsSync(target)) renameSync(join(work, 'files'), target);
    tell(`loaded in ${((Date.now() - began) / 1000).toFixed(1)} s`);
  } finally {
    clearInterval(progress);
    rmSync(work, { recursive: true, force: true });
  }
}
