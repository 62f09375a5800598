import { Places } from './catch-up/places.js';
import { verifyCatchUp } from './catch-up/verify-catch-up.js';
import { SettingsFolds } from './conversation/settings-fold.js';
import { verifyConversation } from './conversation/verify-conversation.js';
import { type Check, type Difference, Findings } from './findings.js';
import { LogCheck } from './log/check-log.js';
import type { LogSource, RowSource } from './sources.js';

export interface VerifyOptions {
  readonly log: LogSource;
  readonly rows: RowSource;
  /** How many differences are told one by one; all are counted. */
  readonly examples: number;
  readonly tell: (progress: Progress) => void;
}

export interface Progress {
  /** `log`: events up to the position; `conversations`, `absences`: those that were compared. */
  readonly phase: 'log' | 'conversations' | 'absences';
  readonly done: number;
  readonly total: number;
}

export interface Report {
  readonly events: number;
  readonly conversations: number;
  /** Rows or facts, and how many of them differ, by check. */
  readonly compared: Readonly<Record<Check, number>>;
  readonly different: Readonly<Record<Check, number>>;
  readonly examples: readonly Difference[];
  /** Conversations in which something happened at every look: not known. */
  readonly unsettled: readonly string[];
  /** Everything was compared, and is as it should be. */
  readonly isClean: boolean;
}

const pageSize = 4_096;

/**
 * Holds what is kept for readers against the log, by a fold of its own. The log may grow meanwhile: what is said after
 * the beginning in conversations that were there then is compared too, later conversations are not.
 */
export async function verify({ log, rows, examples, tell }: VerifyOptions): Promise<Report> {
  const findings = new Findings(examples);
  const { lastPosition } = await log.info();
  const check = new LogCheck(findings);
  const places = new Places();
  for (let after = 0; after < lastPosition;) {
    const page = await log.readAll({ after, upTo: lastPosition, limit: pageSize });
    for (const event of page.events) {
      check.take(event);
      places.take(event.position);
    }
    after = page.atEnd ? lastPosition : page.considered;
    tell({ phase: 'log', done: after, total: lastPosition });
  }
  const conversationIds = [...check.conversationIds()];
  const unsettled: string[] = [];
  const scene = { log, rows, settings: new SettingsFolds(log), keep: examples };
  for (const [index, id] of conversationIds.entries()) {
    if (!(await verifyConversation(id, scene, findings))) unsettled.push(id);
    tell({ phase: 'conversations', done: index + 1, total: conversationIds.length });
  }
  const tellAbsences = (done: number, total: number): void => tell({ phase: 'absences', done, total });
  await verifyCatchUp({ log, rows, places, lastPosition, examples, tell: tellAbsences }, findings);
  const { compared, different, examples: first } = findings;
  const counts = { events: check.events, conversations: conversationIds.length, compared, different };
  return { ...counts, examples: first, unsettled, isClean: findings.isClean && unsettled.length === 0 };
}
