// Processes that outlive the command that started them. Each runs in a process group of its own and leaves a record with
// its pid and its start time, so that nothing is ever signalled but what was started here: a pid alone may have been
// given to a stranger since.
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { folder } from './layout.mjs';

const MIB = 1024 * 1024;

/** Fields 3 and up of /proc/<pid>/stat (state, parent, group, ...), or undefined where the process is gone. */
function statOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in the second field may hold spaces and brackets: what counts follows the last bracket.
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

/**
 * Gone, but for a parent that has not asked yet. While other threads of it still end, its ports are still taken: such a
 * zombie counts as living.
 */
const isDead = (stat) => stat[0] === 'Z' && Number(stat[17]) <= 1;

/** Start time of a living process; undefined for others. */
function startTimeOf(pid) {
  const stat = statOf(pid);
  return stat === undefined || isDead(stat) ? undefined : stat[19];
}

/** Living processes of a group. */
function membersOf(group) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      const stat = statOf(pid);
      return stat !== undefined && !isDead(stat) && Number(stat[2]) === group;
    });
}

const recordFile = (layout, name) => join(layout.run, `${name}.pid`);

/** The record of a process started here, alive or not; undefined where there is none. */
function recordOf(layout, name) {
  try {
    return JSON.parse(readFileSync(recordFile(layout, name), 'utf8'));
  } catch {
    return undefined;
  }
}

/** Whether any process of the recorded group still lives. */
export function isRunning(layout, name) {
  const record = recordOf(layout, name);
  if (record === undefined) return false;
  const leader = startTimeOf(record.pid);
  // A leader with another start time is a stranger with the same pid; without a leader its children may go on.
  return leader === record.startTime || (leader === undefined && membersOf(record.pid).length > 0);
}

/** Resident memory of the process group in MiB; 0 where nothing runs. */
export function residentMiB(layout, name) {
  if (!isRunning(layout, name)) return 0;
  const bytes = membersOf(recordOf(layout, name).pid).map((pid) => {
    try {
      return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
    } catch {
      return 0;
    }
  });
  return Math.round(bytes.reduce((sum, value) => sum + value, 0) / MIB);
}

export const logFileOf = (layout, name) => join(layout.logs, `${name}.log`);

/** The last lines of the process's log, for error messages. */
export function logTail(layout, name, lines = 25) {
  try {
    return readFileSync(logFileOf(layout, name), 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '';
  }
}

/**
 * Starts a program in a process group of its own, output in its log file. The returned handle tells whether it
 * has ended since; the process goes on when this one ends.
 * @throws Error where the named process already runs.
 */
export function launch(layout, name, command, args, { cwd, env = {} } = {}) {
  if (isRunning(layout, name)) throw new Error(`${name} already runs (pid ${recordOf(layout, name).pid})`);
  folder(layout.run);
  folder(layout.logs);
  const log = logFileOf(layout, name);
  // What the last run said before it ended is still there after a restart.
  if (existsSync(log)) renameSync(log, `${log}.1`);
  const output = openSync(log, 'w');
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    detached: true,
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  const handle = { name, pid: child.pid, ended: undefined };
  child.on('exit', (code, signal) => (handle.ended = signal ?? `code ${code}`));
  child.on('error', (error) => (handle.ended = error.message));
  child.unref();
  if (child.pid !== undefined) {
    const record = { pid: child.pid, startTime: startTimeOf(child.pid), startedAt: new Date().toISOString() };
    writeFileSync(recordFile(layout, name), JSON.stringify(record));
  }
  return handle;
}

/** Sends a signal to the whole group. False where nothing runs. */
export function signal(layout, name, what) {
  if (!isRunning(layout, name)) return false;
  try {
    process.kill(-recordOf(layout, name).pid, what);
    return true;
  } catch {
    return false;
  }
}

async function untilGone(layout, name, milliseconds) {
  const end = Date.now() + milliseconds;
  while (isRunning(layout, name) && Date.now() < end) await sleep(40);
  return !isRunning(layout, name);
}

/**
 * Ends the process group: SIGTERM, and SIGKILL after `graceMs`. Frozen ones are thawed first, as a stopped process does
 * not see SIGTERM. Resolves when no process of the group is left, with how it went.
 * @returns {Promise<'not running' | 'stopped' | 'killed'>}
 */
export async function stopProcess(layout, name, { graceMs = 30_000 } = {}) {
  if (!isRunning(layout, name)) {
    rmSync(recordFile(layout, name), { force: true });
    return 'not running';
  }
  signal(layout, name, 'SIGTERM');
  signal(layout, name, 'SIGCONT');
  if (await untilGone(layout, name, graceMs)) {
    rmSync(recordFile(layout, name), { force: true });
    return 'stopped';
  }
  await killProcess(layout, name);
  return 'killed';
}

/** SIGKILL to the whole group; resolves when it is gone. */
export async function killProcess(layout, name) {
  signal(layout, name, 'SIGKILL');
  if (!(await untilGone(layout, name, 10_000))) throw new Error(`${name} is still there 10 s after SIGKILL`);
  rmSync(recordFile(layout, name), { force: true });
}
