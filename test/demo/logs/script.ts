/** What happens in one group conversation, step by step, in terms of people instead of nicks. */
export interface Script {
  readonly title: string;
  /** `YYYY-MM-DD` */
  readonly date: string;
  readonly steps: readonly Step[];
  /** Entries of the log that became no step. */
  readonly keptOut: readonly KeptOut[];
}

/** `person` is the Person.id of the cast; `line` the line of the log that caused the step. */
export type Step = JoinStep | LeaveStep | RenameStep | SayStep;

interface JoinStep {
  readonly kind: 'join';
  readonly person: string;
  readonly line: number;
  /** `spoke`: was in the channel before the log began, so becomes a member right before the first words. */
  readonly because: 'joined' | 'spoke';
}

interface LeaveStep {
  readonly kind: 'leave';
  readonly person: string;
  readonly line: number;
  /** `nick taken`: somebody else took the nick, so its holder had gone; logs do not always tell when people quit. */
  readonly because: 'left' | 'nick taken';
}

/** The person's display name changes; the person, a member or not, stays the same. */
interface RenameStep {
  readonly kind: 'rename';
  readonly person: string;
  readonly line: number;
  readonly name: string;
}

interface SayStep {
  readonly kind: 'say';
  readonly person: string;
  readonly line: number;
  /** Never blank. An action is `/me text`. */
  readonly text: string;
  readonly addressedTo?: string;
}

export interface KeptOut {
  readonly line: number;
  readonly reason: 'no text' | 'joined as a member' | 'left without being a member' | 'renamed to the same name';
}
