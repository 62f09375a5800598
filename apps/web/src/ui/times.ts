const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
const short = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' });

export const clockOf = (time: string): string => clock.format(new Date(time));
export const fullTime = (time: string): string => full.format(new Date(time));
/** Days as the reader counts them. */
export const dayKey = (time: string): string => new Date(time).toDateString();

export function dayOf(time: string): string {
  const key = dayKey(time);
  if (key === new Date().toDateString()) return 'Today';
  if (key === new Date(Date.now() - 86_400_000).toDateString()) return 'Yesterday';
  return weekday.format(new Date(time));
}

/** For a row of the list: the clock today, else the day. */
export const shortTime = (time: string): string =>
  dayKey(time) === new Date().toDateString() ? clockOf(time) : short.format(new Date(time));
