import { readdirSync, readFileSync } from 'node:fs';

/** Of one process, from Linux's /proc; all 0 on systems without it. */
export interface ProcessFigures {
  readonly pid: number;
  /** CPU time of all its threads, user and system, in the measured window. */
  readonly cpuSeconds: number;
  /** Resident memory at the end of the window. */
  readonly rssBytes: number;
  /** Highest resident memory since the process started. */
  readonly peakRssBytes: number;
  /** The CPU time by the name of the thread; the first one is `main`. */
  readonly threads: Readonly<Record<string, number>>;
}

/** Linux tells CPU time to user space in hundredths of a second (USER_HZ) whatever the kernel's own tick is. */
const TICKS_PER_SECOND = 100;

/** CPU time since the process started: utime and stime of /proc/PID/stat, see proc_pid_stat(5). */
export function cpuSeconds(pid: number): number {
  return secondsOf(read(`/proc/${pid}/stat`));
}

/** From `VmRSS` (now) and `VmHWM` (peak) of /proc/PID/status, which are in KiB. */
export function residentBytes(pid: number): { now: number; peak: number } {
  const status = read(`/proc/${pid}/status`);
  const field = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1_024;
  return { now: field('VmRSS'), peak: field('VmHWM') };
}

/** CPU seconds since each thread started, added up by name. The first thread is `main`. Threads that ended are left out. */
function threadSeconds(pid: number): Record<string, number> {
  const seconds: Record<string, number> = {};
  for (const id of list(`/proc/${pid}/task`)) {
    const stat = read(`/proc/${pid}/task/${id}/stat`);
    const name = id === String(pid) ? 'main' : stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
    seconds[name] = (seconds[name] ?? 0) + secondsOf(stat);
  }
  return seconds;
}

/** Begins a window; the function it returns ends it and tells what the process used in between. */
export function watchProcess(pid: number): () => ProcessFigures {
  const before = cpuSeconds(pid);
  const threadsBefore = threadSeconds(pid);
  return () => {
    const resident = residentBytes(pid);
    const threads = Object.entries(threadSeconds(pid)).map(([name, seconds]): [string, number] => [
      name,
      seconds - (threadsBefore[name] ?? 0),
    ]);
    return {
      pid,
      cpuSeconds: cpuSeconds(pid) - before,
      rssBytes: resident.now,
      peakRssBytes: resident.peak,
      threads: Object.fromEntries(threads),
    };
  };
}

function secondsOf(stat: string): number {
  // The second field is the program's name in brackets and may hold anything: count from the last bracket.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / TICKS_PER_SECOND;
}

/** Empty when the process or /proc is not there. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function list(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
