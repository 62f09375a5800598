import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync, statfsSync } from 'node:fs';
import { X509Certificate } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import type { ParleyConfig } from '@parley/platform';
import { type Finding, good, warning, wrong } from './finding.js';

const leastNode = 24;
const gibibyte = 1_073_741_824;
const leastRoom = { wrong: 0.1 * gibibyte, warning: 2 * gibibyte };
/** Each socket is a file; the rest is for logs and databases. */
const filesBeside = 200;
const leastSockets = 4_096;
const dayMs = 86_400_000;
const renewalDays = 14;

export function nodeVersion(version: string): Finding {
  const major = Number(version.replace(/^v/, '').split('.')[0]);
  return major >= leastNode
    ? good('Node', version)
    : wrong('Node', version, `Parley needs Node ${leastNode}: "npm start" brings it along, or install it.`);
}

/** The folder itself, or the one that it will be made in. */
export function dataFolder({ dataDir }: Pick<ParleyConfig, 'dataDir'>): readonly Finding[] {
  let folder = resolve(dataDir);
  while (!existsSync(folder)) folder = dirname(folder);
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch {
    return [
      wrong('data folder', `${folder} cannot be written`, 'Give it to the user that runs Parley, or name another.'),
    ];
  }
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  const told = `${(free / gibibyte).toFixed(1)} GiB free at ${folder}`;
  const mend = 'Make room: without it messages are refused until there is some.';
  if (free < leastRoom.wrong) return [wrong('disk', told, mend)];
  return [
    good('data folder', resolve(dataDir)),
    free < leastRoom.warning ? warning('disk', told, mend) : good('disk', told),
  ];
}

export function fileLimit(): Finding {
  const limit = Number(execFileSync('/bin/sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).trim());
  const sockets = Number.isNaN(limit) ? Infinity : limit - filesBeside;
  const told = sockets === Infinity ? 'unlimited' : `${limit} files, so about ${Math.max(0, sockets)} sockets`;
  return sockets >= leastSockets
    ? good('open files', told)
    : warning('open files', told, 'Raise it for more devices: "ulimit -n 100000", or LimitNOFILE in systemd.');
}

/** @param now ms since 1970 UTC */
export function certificate({ tlsCertFile, host }: Pick<ParleyConfig, 'tlsCertFile' | 'host'>, now: number): Finding {
  const about = 'TLS';
  if (tlsCertFile === '') {
    const isLocal = ['127.0.0.1', '::1', 'localhost'].includes(host);
    if (isLocal) return good(about, 'none, and it listens on loopback only');
    const mend = 'Give PARLEY_TLS_CERT_FILE and PARLEY_TLS_KEY_FILE, or put a proxy with TLS before it.';
    return warning(about, `none, and it listens on ${host}`, mend);
  }
  try {
    const { subject, validTo } = new X509Certificate(readFileSync(tlsCertFile));
    const days = Math.floor((Date.parse(validTo) - now) / dayMs);
    const told = `${subject.replaceAll('\n', ', ')}, valid until ${validTo}`;
    if (days < 0) return wrong(about, `${told}: expired`, 'Renew it; the server reads it when it starts.');
    return days < renewalDays ? warning(about, told, 'Renew it soon.') : good(about, told);
  } catch (error) {
    return wrong(about, `${tlsCertFile}: ${(error as Error).message}`, 'It must be a certificate in PEM.');
  }
}
