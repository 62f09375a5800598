/** A day of one channel, as its log tells it. Nicks are as written in the log. */
export interface ParsedLog {
  readonly fileName: string;
  /** `YYYY-MM-DD`, from the file's name. */
  readonly date: string;
  /** Lines of the file; each is either an entry or skipped. */
  readonly lines: number;
  /** In the order of the lines. */
  readonly entries: readonly LogEntry[];
  readonly skipped: readonly SkippedLine[];
  /** Numbers of the lines that were not UTF-8 and were read as Windows-1252. */
  readonly notUtf8: readonly number[];
}

export type LogEntry = MessageEntry | ActionEntry | PresenceEntry | RenameEntry;

export interface MessageEntry {
  readonly kind: 'message';
  /** Number of the line in its file, from 1. */
  readonly line: number;
  /** `HH:MM` as in the log. The order of lines counts, not this. */
  readonly time: string;
  readonly nick: string;
  /** As sent, with leading and trailing spaces; may be empty. */
  readonly text: string;
  /** The person whom the text addresses by opening with `nick:`. Only nicks that occur in the log count. */
  readonly addressedTo?: string;
}

/** Sent by `/me text`. */
export interface ActionEntry {
  readonly kind: 'action';
  readonly line: number;
  /** Older logs tell no time for an action. */
  readonly time?: string;
  readonly nick: string;
  readonly text: string;
}

interface PresenceEntry {
  readonly kind: 'join' | 'leave';
  readonly line: number;
  readonly nick: string;
}

export interface RenameEntry {
  readonly kind: 'rename';
  readonly line: number;
  readonly from: string;
  readonly to: string;
}

export interface SkippedLine {
  readonly line: number;
  readonly text: string;
  readonly reason: SkipReason;
}

export type SkipReason = 'channel mode' | 'channel topic' | 'network notice' | 'unknown form' | 'not a nick';
