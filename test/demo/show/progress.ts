const everyMs = 250;
/** Where lines cannot be overwritten: a line as often. */
const everyMsInFile = 5_000;

export interface Phase {
  readonly name: string;
  readonly total: number;
  /** How much is done now. */
  readonly done: () => number;
  /** What else to tell. */
  readonly detail: () => string;
}

/** Shows how far a phase is, its rate and the time left, until the function returned is called. */
export function showProgress({ name, total, done, detail }: Phase, out: NodeJS.WriteStream): () => void {
  const started = performance.now();
  const recent: { at: number; done: number }[] = [];
  const line = (): string => {
    const now = { at: performance.now(), done: done() };
    recent.push(now);
    while (recent.length > 2 && now.at - (recent[0]?.at ?? 0) > 20_000) recent.shift();
    const first = recent[0] ?? now;
    const rate = now.at > first.at ? ((now.done - first.done) / (now.at - first.at)) * 1000 : 0;
    const left = rate > 0 ? `, ${duration((total - now.done) / rate)} left` : '';
    const percent = total === 0 ? 100 : Math.floor((now.done / total) * 100);
    return `${name} ${percent}% of ${count(total)}, ${count(rate)} a second${left}, ${detail()}`;
  };
  const show = (): void =>
    void out.write(out.isTTY ? `\r\x1b[2K${line().slice(0, (out.columns || 80) - 1)}` : `${line()}\n`);
  const timer = setInterval(show, out.isTTY ? everyMs : everyMsInFile);
  return () => {
    clearInterval(timer);
    const text = `${name}: ${count(done())} in ${duration((performance.now() - started) / 1000)}, ${detail()}`;
    out.write(out.isTTY ? `\r\x1b[2K${text}\n` : `${text}\n`);
  };
}

export const count = (value: number): string => Math.round(value).toLocaleString('en-US');

/** Of seconds: `45 s`, `3:07 min`. */
export const duration = (seconds: number): string =>
  seconds < 60
    ? `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`
    : `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')} min`;
