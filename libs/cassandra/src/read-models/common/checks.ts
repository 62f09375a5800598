import { OperationsRejected } from '@parley/ports';

/** What a value must be to fit a column. */
type Check = (value: unknown) => boolean;

export const text: Check = (value) => typeof value === 'string';
/** A key: texts of keys are not empty. */
export const key: Check = (value) => typeof value === 'string' && value !== '' && value.length <= 1_000;
export const flag: Check = (value) => typeof value === 'boolean';
/** A 32-bit number, not below zero. */
export const count: Check = (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) < 2 ** 31;
export const time: Check = (value) => Number.isSafeInteger(value);
export const object: Check = (value) => typeof value === 'object' && value !== null;
export const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
export const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
export const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);

export type Checks = Readonly<Record<string, Check>>;

/** The first field that does not fit, or null. */
export function misfit(value: object, checks: Checks): string | null {
  for (const name in checks) {
    const found = (value as Record<string, unknown>)[name];
    if (checks[name]?.(found) === false) return `${name} does not fit`;
  }
  return null;
}

/**
 * Collects what does not fit the rows, so that one pass over a batch finds all of it. Data of events was checked when
 * they were written, but not by this build: what is of another shape is parked, not stored.
 */
export class Rejections {
  readonly #reasons = new Map<number, string>();

  add(position: number, reason: string): void {
    if (!this.#reasons.has(position)) this.#reasons.set(position, reason);
  }

  /** @throws OperationsRejected when there are any. */
  throwIfAny(): void {
    if (this.#reasons.size > 0) throw new OperationsRejected(this.#reasons);
  }
}

interface Typed {
  readonly type: string;
  readonly position: number;
}

/** What every operation in a conversation has. */
const inConversation: Checks = { conversationId: key };

/** `common`: of all types. @throws OperationsRejected for all operations with a field that does not fit. */
export function checkAll(
  operations: readonly Typed[],
  checks: Readonly<Record<string, Checks>>,
  common: Checks = inConversation,
): void {
  const rejections = new Rejections();
  for (const operation of operations) {
    const found = misfit(operation, common) ?? misfit(operation, checks[operation.type] ?? {});
    if (found !== null) rejections.add(operation.position, found);
  }
  rejections.throwIfAny();
}
