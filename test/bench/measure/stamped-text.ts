/** What a message of the load says about itself. */
export interface Stamp {
  /** Index of the sender in the scene. */
  readonly sender: number;
  /** 0, 1, 2, … for each sender. */
  readonly counter: number;
  /** When it was, or should have been, sent: whole microseconds on the generator's clock. */
  readonly at: number;
}

const FILLER =
  'the quick brown fox jumps over the lazy dog while the clock of the old tower strikes a quarter to nine ';

/** A text of exactly `bytes` bytes (at least 40) that opens with the stamp. */
export function stampedText({ sender, counter, at }: Stamp, bytes: number): string {
  const head = `${sender} ${counter} ${at} `;
  return head + FILLER.repeat(Math.ceil(bytes / FILLER.length)).slice(0, bytes - head.length);
}

/** Throws when the text is none of stampedText. */
export function readStamp(text: string): Stamp {
  const [sender, counter, at] = text.split(' ', 3).map(Number);
  if (sender === undefined || counter === undefined || at === undefined || Number.isNaN(sender + counter + at)) {
    throw new Error(`a message that this load did not send: ${text.slice(0, 80)}`);
  }
  return { sender, counter, at };
}

/** Microseconds on this process's monotonic clock. */
export const nowMicros = (): number => Math.round(performance.now() * 1_000);
