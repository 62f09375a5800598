/** A message that was accepted, and how often each device that listens has shown it live. */
export interface Shown {
  readonly sequence: number;
  /** When it was accepted, as of performance.now(). */
  readonly at: number;
  /** By device. */
  readonly times: readonly number[];
}

/** However late it may be: each device shows each message once. `until`: what was accepted later may be on its way. */
export function pushFaults(messages: readonly Shown[], began: number, until: number): readonly string[] {
  return messages.flatMap(({ sequence, at, times }) => {
    const isWrong = times.some((count) => count > 1) || (at < until && times.some((count) => count === 0));
    if (at < began || !isWrong) return [];
    return [`live push: message ${sequence} was shown ${times.join(' and ')} times by the devices`];
  });
}
